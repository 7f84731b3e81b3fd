//go:build long

package e2e

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// The other way to each of the two losses that are played whenever the tests are run: one in mid-line, and many in a row.

func TestRedisIsKilledAndComesBackEmpty(t *testing.T) {
	t.Parallel()
	lossInMidLine(t, func(s *harness.Trio) {
		s.Redis.Kill()
		let(t, time.Second)
		s.Redis.Restart(redistest.Empty)
	})
}

// losses lets Redis lose everything again and again while people wait.
func losses(t *testing.T, lose func(*harness.Trio)) {
	t.Helper()
	s := harness.NewTrio(t, &program, harness.Room{})
	c := harness.NewCrowd(t, s.Gates...)
	old := c.Arrive(20)
	ctx := within(t, time.Minute+often*3*time.Second)
	c.Stay(ctx, old...)
	given := newSeries(t, old...)
	epoch := old[0].Place.Epoch
	repeat(func(int) {
		lose(s)
		epoch = s.Healthy(t, epoch+1)
		fresh := c.Arrive(3)
		given.add(fresh)
		c.Stay(ctx, fresh...)
	})
	given.check()
	goIn(t, c, s.Gates[0])
}

func TestNumbersAreBoundedHoweverOftenRedisIsKilled(t *testing.T) {
	t.Parallel()
	losses(t, func(s *harness.Trio) {
		s.Redis.Restart(redistest.Empty)
	})
}

func TestNumbersAreBoundedHoweverOftenRedisIsFlushed(t *testing.T) {
	t.Parallel()
	losses(t, func(s *harness.Trio) { s.Flush(t) })
}

func TestARedisThatBeginsToEvictIsNoticed(t *testing.T) {
	t.Parallel()
	s := harness.NewTrio(t, &program, harness.Room{})
	client := s.Redis.Client(t)
	for name, value := range map[string]string{"maxmemory": "100mb", "maxmemory-policy": "allkeys-lru"} {
		if err := client.ConfigSet(t.Context(), name, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, g := range s.Gates {
		until(t, 45*time.Second, "the log tells of a maxmemory-policy that evicts", func(context.Context) bool {
			return strings.Contains(g.Log(), "maxmemory-policy")
		})
	}
}

func TestWhatHasEndedHasEndedAtEveryGateway(t *testing.T) {
	t.Parallel()
	s := harness.NewTrio(t, &program, harness.Room{})
	b := harness.OneInside(t, s.Gates[0])
	pass := b.Cookie("einlass-termine")
	b.Get(t, "/done").WantSite(t, "site GET /done")
	// Snapshots name the ends: two later ones have certainly been made after it.
	for _, g := range s.Gates[1:] {
		snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Second))
	}
	const copies = 20
	var in atomic.Int64
	var wg sync.WaitGroup
	for i := range copies {
		wg.Go(func() {
			c := harness.NewBrowser(s.Gates[1+i%2])
			c.SetCookie("einlass-termine", pass)
			if a, err := c.Load(t.Context(), "GET", "/"); err != nil || a.FromSite() {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	if n := in.Load(); n > 0 {
		t.Errorf("after the end of a stay other gateways let %d of %d copies of its pass in", n, copies)
	}
}
