package process

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

const (
	rate  = 1200
	burst = 20
)

func one(g *gate) func() []string { return func() []string { return []string{g.addr} } }

// later is a signal after a while in which the line moves; it is the moment of a fault, not a wait for something.
func later(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

func limited(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestAGatewayThatIsKilledInMidLineGoesOnInTheOldOrder(t *testing.T) {
	b := newBackend(t)
	g := newGate(t, b, settings{state: t.TempDir(), store: "memory", rate: 0, burst: burst})
	c := &crowd{t: t}
	old := c.come(150, g.addr)
	if code := g.stop(syscall.SIGKILL); code != -1 {
		t.Errorf("killed with code %d", code)
	}
	g.start()
	calm := time.Now()
	fresh := c.come(10, g.addr)
	for _, v := range fresh {
		if v.order() <= old[len(old)-1].order() || v.number <= old[len(old)-1].number {
			t.Errorf("newcomer %d of epoch %d after %d of epoch %d", v.number, v.epoch, old[149].number, old[149].epoch)
		}
	}
	setRate(t, g, rate)
	c.stay(limited(t, 60*time.Second), c.all, one(g))
	c.wait.Wait()
	c.check(160, rate, burst, calm)
}

func TestAGatewayThatIsStoppedGoesOnAtOnce(t *testing.T) {
	b := newBackend(t)
	g := newGate(t, b, settings{state: t.TempDir(), store: "memory", rate: 0, burst: burst})
	c := &crowd{t: t}
	old := c.come(60, g.addr)
	if code := g.stop(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d\n%s", code, g.log)
	}
	g.start()
	calm := time.Now()
	if v := c.come(1, g.addr)[0]; v.epoch != old[0].epoch {
		t.Errorf("a new epoch %d after a clean stop, was %d", v.epoch, old[0].epoch)
	}
	setRate(t, g, rate)
	if strings.Contains(g.log.String(), "unclean") {
		t.Errorf("the log calls it unclean:\n%s", g.log)
	}
	c.stay(limited(t, 60*time.Second), c.all, one(g))
	c.wait.Wait()
	c.check(61, rate, burst, calm)
}

func TestDamagedStateFilesAreKeptAsideAndTheOrderComesBack(t *testing.T) {
	b, state := newBackend(t), t.TempDir()
	g := newGate(t, b, settings{state: state, store: "memory", rate: 0, burst: 1})
	c := &crowd{t: t}
	old := c.come(60, g.addr)
	g.stop(syscall.SIGTERM)
	for _, name := range []string{"termine.marks", "termine.places"} {
		path := filepath.Join(state, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data[:len(data)*2/3], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g.start()
	calm := time.Now()
	if kept, _ := filepath.Glob(filepath.Join(state, "*.damaged-*")); len(kept) != 2 {
		t.Errorf("kept aside: %v", kept)
	}
	if !strings.Contains(g.log.String(), "state file refused") {
		t.Errorf("the log does not say so:\n%s", g.log)
	}
	fresh := c.come(5, g.addr)
	if fresh[0].order() < old[59].order() {
		t.Error("a newcomer comes before the old places")
	}
	setRate(t, g, rate)
	c.stay(limited(t, 60*time.Second), old, one(g))
	c.wait.Wait()
	c.check(60, rate, burst, calm)
}

func TestThreeGatewaysOnOneRedisSurviveWhatCanHappenToIt(t *testing.T) {
	b := newBackend(t)
	redis := redistest.Start(t)
	keys := filepath.Join(t.TempDir(), "keys.json")
	makeKeys(t, keys)
	var gates []*gate
	var addrs []string
	for range 3 {
		g := newGate(t, b, settings{state: t.TempDir(), store: redis.URL(), keys: keys, rate: 0, burst: burst})
		gates = append(gates, g)
		addrs = append(addrs, g.addr)
	}
	var alive atomic.Pointer[[]string]
	alive.Store(&addrs)
	c := &crowd{t: t}
	c.come(120, addrs...)
	setRate(t, gates[0], 600)
	ctx := limited(t, 100*time.Second)
	c.stay(ctx, c.all, func() []string { return *alive.Load() })

	later(t, 2*time.Second)
	flush(t, redis)
	later(t, 3*time.Second)
	two := addrs[:2]
	alive.Store(&two)
	gates[2].stop(syscall.SIGKILL)
	later(t, time.Second)
	redis.Kill()
	redis.Restart(redistest.Empty)
	later(t, 3*time.Second)
	gates[2].start()
	alive.Store(&addrs)
	calm := time.Now()
	c.wait.Wait()
	c.check(120, 600, burst, calm)
}

func TestACookieThatIsReplayedAThousandTimesBuysOneStay(t *testing.T) {
	b := newBackend(t)
	g := newGate(t, b, settings{state: t.TempDir(), store: "memory", rate: 0, maxInside: 50, burst: 1})
	c := &crowd{t: t}
	v := c.come(1, g.addr)[0]
	ticket := *v
	setRate(t, g, rate)
	c.stay(limited(t, 20*time.Second), []*visitor{v}, one(g))
	c.wait.Wait()
	var wg sync.WaitGroup
	var other atomic.Int64
	for range 10 {
		wg.Go(func() {
			for range 100 {
				copied := ticket
				res, _, err := copied.get(t.Context(), g.addr, "/termine", true)
				if err != nil || res.StatusCode != 303 || copied.order() != ticket.order() {
					other.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if other.Load() != 0 {
		t.Errorf("%d replays did not get the same stay", other.Load())
	}
	if inside := figure(t, g, "inside"); inside != 1 {
		t.Errorf("%v are inside", inside)
	}
}

func TestTenThousandArrivalsAtOnceAreNumberedDensely(t *testing.T) {
	b := newBackend(t)
	g := newGate(t, b, settings{state: t.TempDir(), store: "memory", rate: 0, burst: 1})
	const n, lanes = 10_000, 50
	var mu sync.Mutex
	numbers := map[uint64]bool{}
	began := time.Now()
	var wg sync.WaitGroup
	for range lanes {
		wg.Go(func() {
			for range n / lanes {
				v := &visitor{}
				if _, _, err := v.get(t.Context(), g.addr, "/", true); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if numbers[v.number] {
					t.Errorf("number %d twice", v.number)
				}
				numbers[v.number] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	t.Logf("%d arrivals in %v (race detector on)", n, time.Since(began))
	for i := uint64(1); i <= n; i++ {
		if !numbers[i] {
			t.Fatalf("number %d is missing", i)
		}
	}
}

func TestTheHeadOfTheLineClosesItsTabs(t *testing.T) {
	b := newBackend(t)
	g := newGate(t, b, settings{state: t.TempDir(), store: "memory", rate: 0, burst: 1})
	c := &crowd{t: t}
	all := c.come(60, g.addr)
	for _, v := range all[:40] {
		away(t, g, v)
	}
	setRate(t, g, rate)
	began := time.Now()
	c.stay(limited(t, 60*time.Second), all[40:], one(g))
	c.wait.Wait()
	t.Logf("twenty people behind forty closed tabs were in after %v", time.Since(began))
	// One who closed the tab comes back and goes to the front, with the old number.
	back := all[5]
	number := back.number
	c.stay(limited(t, 20*time.Second), []*visitor{back}, one(g))
	c.wait.Wait()
	if back.number != number {
		t.Errorf("number %d instead of %d", back.number, number)
	}
	if len(c.in) != 21 {
		t.Errorf("%d got in", len(c.in))
	}
}
