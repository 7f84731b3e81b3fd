package e2e

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

func TestACookieThatIsReplayedAThousandTimesBuysOneStay(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{MaxInside: 50})
	c := harness.NewCrowd(t, g)
	v := c.Arrive(1)[0]
	place, ticket := v.Place, v.Cookie("einlass-termine")
	g.Set(t, `{"rate": 1200, "burst": 2}`)
	c.Stay(within(t, 20*time.Second), v)
	c.Wait()
	c.Check(harness.Expect{In: 1, Rate: 1200, Burst: 2})
	var wg sync.WaitGroup
	var other atomic.Int64
	for range 10 {
		wg.Go(func() {
			for range 100 {
				b := harness.NewBrowser(g)
				b.SetCookie("einlass-termine", ticket)
				a, err := b.Load(t.Context(), "GET", "/termine")
				if err != nil || a.StatusCode != 303 && !a.FromSite() || b.Token() != place {
					other.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if other.Load() != 0 {
		t.Errorf("%d replays did not get the same stay", other.Load())
	}
	if inside := snapshotAfter(t, g, g.Room(t).AsOf.Add(time.Millisecond)).Inside; inside != 1 {
		t.Errorf("%d are inside", inside)
	}
}

func TestArrivalsAtOnceAreNumberedDensely(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	const n, lanes = atOnce, 50
	var mu sync.Mutex
	numbers := make(map[uint64]bool, n)
	began := time.Now()
	var wg sync.WaitGroup
	for range lanes {
		wg.Go(func() {
			for range n / lanes {
				b := harness.NewBrowser(g)
				if _, err := b.Load(t.Context(), "GET", "/"); err != nil {
					t.Error(err)
					return
				}
				number := b.Token().Number
				mu.Lock()
				if numbers[number] {
					t.Errorf("number %d twice", number)
				}
				numbers[number] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	t.Logf("%d arrivals in %v", n, time.Since(began))
	for i := uint64(1); i <= n; i++ {
		if !numbers[i] {
			t.Fatalf("number %d is missing", i)
		}
	}
}

func TestTheHeadOfTheLineClosesItsTabs(t *testing.T) {
	t.Parallel()
	g, _ := one(t, harness.Room{})
	c := harness.NewCrowd(t, g)
	all := c.Arrive(60)
	for _, v := range all[:40] {
		if err := v.Away(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	g.Set(t, `{"rate": 1200, "burst": 2}`)
	c.Stay(within(t, 60*time.Second), all[40:]...)
	c.Wait()
	// A farewell that is still on its way to the store when the line begins to move may cost a call.
	if called := g.Room(t).Totals.Called; called < 20 || called > 24 {
		t.Errorf("%d calls for twenty people behind forty closed tabs", called)
	}
	// One who closed the tab comes back and goes in, with the old number.
	c.Stay(within(t, 20*time.Second), all[5])
	c.Wait()
	c.Check(harness.Expect{In: 21, Rate: 1200, Burst: 2})
}
