package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// exitStart is the exit code of a gateway that could not start.
const exitStart = 4

func TestARedisThatEvictsIsRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"allkeys-lru", "allkeys-random", "volatile-ttl"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			redis := redistest.Start(t, "--maxmemory", "100mb", "--maxmemory-policy", policy)
			code, log := harness.Refused(t, &program, harness.Settings{
				Store: redis.URL(), Keys: program.Keys(t), Rooms: []harness.Room{{Site: harness.NewSite(t)}},
			})
			if code != exitStart || !strings.Contains(log, "maxmemory-policy") || !strings.Contains(log, policy) {
				t.Errorf("exit code %d (-1: it serves), want %d and a word about maxmemory-policy %s:\n%s", code, exitStart, policy, log)
			}
		})
	}
}

func TestALineOfWhichAKeyWasEvictedIsRebuiltInItsOrder(t *testing.T) {
	t.Parallel()
	for _, key := range evicted {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			s := harness.NewTrio(t, &program, harness.Room{})
			c := harness.NewCrowd(t, s.Gates...)
			old := c.Arrive(30)
			if err := s.Redis.Client(t).Del(t.Context(), "einlass:{termine}:"+key).Err(); err != nil {
				t.Fatal(err)
			}
			fresh := c.Arrive(3)
			s.Gates[0].Set(t, redisPace)
			calm := time.Now().Add(hold)
			ctx := within(t, 15*time.Second)
			c.Stay(ctx, fresh...) // the last comers ask first
			c.Stay(ctx, old...)
			c.Wait()
			c.Check(harness.Expect{In: 33, Rate: redisRate, Burst: redisBurst, Calm: calm})
		})
	}
}
