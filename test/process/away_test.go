package process

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// redisAway lets Redis answer nobody for a while in mid-line: people inside stay inside, who waits is told what was
// last known, and afterwards the line goes on in its order.
func redisAway(t *testing.T, gone time.Duration) {
	b := newBackend(t)
	redis := redistest.Start(t)
	keys := filepath.Join(t.TempDir(), "keys.json")
	makeKeys(t, keys)
	g := newGate(t, b, settings{state: t.TempDir(), store: redis.URL(), keys: keys, rate: 0, burst: burst})
	c := &crowd{t: t}
	all := c.come(60, g.addr)
	setRate(t, g, rate)
	c.stay(limited(t, 20*time.Second), all[:1], one(g))
	c.wait.Wait()
	setRate(t, g, 0)
	inside := all[0]

	redis.Pause()
	later(t, 4*time.Second)
	if res, body, err := inside.get(t.Context(), g.addr, "/weiter", true); err != nil || res.StatusCode != 200 || body != "site /weiter" {
		t.Errorf("somebody inside gets %v %q", err, body)
	}
	last := all[59]
	if _, body, err := last.get(t.Context(), g.addr, "/.einlass/status?room=termine", false); err != nil || !contains(body, `"stale":true`) {
		t.Errorf("somebody who waits is told %v %s", err, body)
	}
	newcomer := &visitor{}
	if res, _, err := newcomer.get(t.Context(), g.addr, "/", true); err != nil || res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
		t.Errorf("a newcomer gets %v", err)
	}
	later(t, gone-4*time.Second)
	redis.Resume()
	calm := time.Now()

	setRateWhenBack(t, g, rate)
	c.stay(limited(t, 60*time.Second), all[1:], one(g))
	c.wait.Wait()
	c.check(60, rate, burst, calm)
}

func TestRedisIsAwayForAMoment(t *testing.T) { redisAway(t, 6*time.Second) }
