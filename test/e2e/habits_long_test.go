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
	"github.com/einlass/einlass/test/e2e/harness"
)

// Habits of visitors that are not our page, with the times and limits of a small town: 30 entries a minute and 60 inside. Each
// test takes as long as it takes on a morning; they wait nearly all of it, at the same time.

// pollMin is the shortest time between two polls of a page in these rooms.
const pollMin = 2 * time.Second

// onBothStores runs a test in a room of that size on the embedded store and on Redis.
func onBothStores(t *testing.T, test func(t *testing.T, g *harness.Gate)) {
	t.Helper()
	onStores(t, harness.Room{
		Rate: 30, MaxInside: 60, PollMin: pollMin, PollMax: 20 * time.Second, Claim: 3 * time.Minute, Idle: 10 * time.Minute,
	}, test)
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
		a, err := c.Visit(ctx, "/") // whoever is let in is sent on to the site, which is no time to wait
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
		most := 0.0
		every(t, 5*time.Second, 10*time.Minute, func() {
			ghost(t, g)
			most = max(most, g.Room(t).Counted)
		})
		let := g.Room(t).Totals.Admitted
		t.Logf("at most %.1f of 60 places inside were nobody's; it was let in %d times", most, let)
		if most > 3 {
			t.Errorf("%.1f places inside are nobody's, want 3 at most", most)
		}
		// There is room, so that it is let in at each of its 120 loads: otherwise the figure above would say nothing.
		if let < 100 {
			t.Errorf("it was let in %d times", let)
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
		var minutes [7]int
		in := 0
		for _, c := range all {
			if !c.entered.IsZero() {
				in++
				minutes[min(6, int(c.entered.Sub(began)/time.Minute))]++
			}
		}
		late := minutes[3] + minutes[4] + minutes[5] + minutes[6]
		t.Logf("%d of 250 citizens in after 7 minutes, by minute %d", in, minutes)
		if want := 30 * 4 * 97 / 100; in < 135 || late < want {
			t.Errorf("%d citizens are in, %d of them from the fourth minute on; want 135, and %d: 97 %% of the pace", in, late, want)
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
		// They are no time to wait: it is the second poll of a page with nobody ahead, and what a busy machine adds.
		if wait, most := c.entered.Sub(c.came), 2*pollMin+4*time.Second; wait > most {
			t.Errorf("it took %v, want at most %v", wait, most)
		}
	})
}

func TestHabitsAStayOfElevenMinutesComesBackBeforeEveryNewCall(t *testing.T) {
	const idle = 10 * time.Minute
	onStores(t, harness.Room{Rate: 6000, Burst: 10, MaxInside: 2, Strict: true, Idle: idle}, func(t *testing.T, g *harness.Gate) {
		ranOut(t, g, idle, 20*time.Second)
	})
}
