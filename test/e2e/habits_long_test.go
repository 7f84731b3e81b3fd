//go:build long

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// Habits of visitors that are not our page, with the times and limits of a small town: 30 entries a minute and 60 inside. Each
// test takes as long as it takes on a morning; they wait nearly all of it, at the same time.

// onBothStores runs a test on the embedded store and on Redis.
func onBothStores(t *testing.T, test func(t *testing.T, g *harness.Gate)) {
	t.Helper()
	t.Parallel()
	for name, store := range map[string]func(t *testing.T) string{
		"embedded": func(*testing.T) string { return "memory" },
		"redis":    func(t *testing.T) string { t.Helper(); return redistest.Start(t).URL() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, harness.NewGate(t, &program, harness.Settings{Store: store(t), Keys: program.Keys(t), Rooms: []harness.Room{{
				Site: harness.NewSite(t), Rate: 30, MaxInside: 60,
				PollMin: 2 * time.Second, PollMax: 20 * time.Second, Claim: 3 * time.Minute, Idle: 10 * time.Minute,
			}}}))
		})
	}
}

// ghost loads a page as a program without cookies does.
func ghost(t *testing.T, g *harness.Gate) {
	b := harness.NewBrowser(g)
	if _, err := b.Load(t.Context(), http.MethodGet, "/"); err != nil && t.Context().Err() == nil {
		t.Error(err)
	}
}

// citizen comes, waits as the page does, goes in, and uses the site for a while.
type citizen struct {
	*harness.Browser
	came, entered time.Time
}

// goIn waits for the turn, enters, loads a page each ten seconds for as long as it stays, and finishes.
func (c *citizen) goIn(ctx context.Context, stay time.Duration) error {
	c.came = time.Now()
	for {
		a, err := c.Load(ctx, http.MethodGet, "/")
		if err != nil {
			return err
		}
		if a.FromSite() {
			break
		}
		first := (&visitor.Answer{Body: []byte(a.Body)}).FirstPoll()
		if _, err := c.Wait(ctx, visitor.Script{First: first, Rest: rest}); err != nil {
			return err
		}
	}
	c.entered = time.Now()
	for end := c.entered.Add(stay); time.Now().Before(end); {
		if err := rest(ctx, 10*time.Second); err != nil {
			return err
		}
		if a, err := c.Load(ctx, http.MethodGet, "/form"); err != nil || !a.FromSite() {
			return fmt.Errorf("a citizen inside was sent away: %+v, %w", a, err)
		}
	}
	_, err := c.Load(ctx, http.MethodGet, "/done")
	return err
}

func rest(ctx context.Context, d time.Duration) error {
	if !launch.Rest(ctx, d) {
		return context.Cause(ctx)
	}
	return nil
}

// every does something at each interval until the span is over.
func every(t *testing.T, interval, span time.Duration, do func()) {
	t.Helper()
	for end := time.Now().Add(span); time.Now().Before(end); {
		do()
		let(t, interval)
	}
}

// percentile is the value below which so many percent of all are.
func percentile(all []time.Duration, percent int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, len(all)*percent/100)]
}

func TestHabitsAProgramWithoutCookiesFillsNoRoom(t *testing.T) {
	onBothStores(t, func(t *testing.T, g *harness.Gate) {
		most := int64(0)
		every(t, 5*time.Second, 10*time.Minute, func() {
			ghost(t, g)
			most = max(most, g.Room(t).Inside)
		})
		t.Logf("at most %d of 60 places inside were nobody's", most)
		if most > 3 {
			t.Errorf("%d places inside are nobody's, want 3 at most", most)
		}
	})
}

func TestHabitsCitizensBesideOneGhostASecond(t *testing.T) {
	onBothStores(t, func(t *testing.T, g *harness.Gate) {
		var all []*citizen
		var mu sync.Mutex
		var wg sync.WaitGroup
		ctx, end := context.WithTimeout(t.Context(), 11*time.Minute)
		defer end()
		step := 0
		every(t, time.Second, 10*time.Minute, func() {
			if step++; step%6 == 0 {
				c := &citizen{Browser: harness.NewBrowser(g)}
				all = append(all, c)
				wg.Go(func() {
					if err := c.goIn(ctx, 2*time.Minute); err != nil && ctx.Err() == nil {
						mu.Lock()
						defer mu.Unlock()
						t.Error(err)
					}
				})
			}
			ghost(t, g)
		})
		// Whoever came last has a minute.
		let(t, 55*time.Second)
		end()
		wg.Wait()
		var waits []time.Duration
		for _, c := range all {
			if !c.entered.IsZero() {
				waits = append(waits, c.entered.Sub(c.came))
			}
		}
		t.Logf("%d of %d citizens in, half of them within %v, nine of ten within %v", len(waits), len(all), percentile(waits, 50), percentile(waits, 90))
		if len(waits) < len(all) || percentile(waits, 90) > 15*time.Second {
			t.Errorf("%d of %d citizens are in, nine of ten within %v; want all, within 15 s", len(waits), len(all), percentile(waits, 90))
		}
	})
}

func TestHabitsTicketsThatAreCalledAndNeverClaimed(t *testing.T) {
	onBothStores(t, func(t *testing.T, g *harness.Gate) {
		g.Set(t, `{"mode": "pause"}`)
		ctx, end := context.WithTimeout(t.Context(), 7*time.Minute)
		defer end()
		var wg sync.WaitGroup
		for range 90 {
			b := harness.NewBrowser(g)
			b.Get(t, "/")
			wg.Go(func() { // polls for ever and never claims
				for {
					next := 10 * time.Second
					if s, err := b.Poll(ctx); err == nil {
						next = s.Interval()
					}
					if rest(ctx, next) != nil {
						return
					}
				}
			})
		}
		all := make([]*citizen, 250)
		for i := range all {
			c := &citizen{Browser: harness.NewBrowser(g)}
			all[i] = c
			c.Get(t, "/")
			wg.Go(func() { _ = c.goIn(ctx, 30*time.Second) })
		}
		g.Set(t, `{"mode": "run"}`)
		began := time.Now()
		<-ctx.Done()
		wg.Wait()
		in, late := 0, 0
		for _, c := range all {
			if !c.entered.IsZero() {
				in++
				if c.entered.Sub(began) >= 4*time.Minute {
					late++
				}
			}
		}
		span := 7*time.Minute - 4*time.Minute
		t.Logf("%d of 250 citizens in after 7 minutes, %d of them in the last %v", in, late, span)
		if in < 135 || late < 80 {
			t.Errorf("%d citizens are in, %d of them after the fourth minute; want 135 and the pace of 30 a minute", in, late)
		}
	})
}

func TestHabitsTicketsParkedAndNeverKeptAliveAreWorthNothing(t *testing.T) {
	onBothStores(t, func(t *testing.T, g *harness.Gate) {
		g.Set(t, `{"mode": "pause"}`)
		for range 2000 {
			harness.NewBrowser(g).Get(t, "/")
		}
		let(t, 20*time.Second)
		g.Set(t, `{"mode": "run"}`)
		c := &citizen{Browser: harness.NewBrowser(g)}
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		defer end()
		if err := c.goIn(ctx, 0); err != nil {
			t.Fatalf("a citizen behind 2,000 parked tickets: %v", err)
		}
		t.Logf("a citizen behind 2,000 parked tickets was in after %v", c.entered.Sub(c.came))
		if wait := c.entered.Sub(c.came); wait > 15*time.Second {
			t.Errorf("it took %v", wait)
		}
	})
}
