package habits

import (
	"fmt"
	"slices"
	"testing"

	"github.com/einlass/einlass/loadtest/capacity"
)

func TestAProgramWithoutCookiesFillsNoRoom(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds(7401) {
		w := newWorld(t, capacity.Settings{Seed: seed})
		w.Every(5*second, func() { w.Arrive(capacity.Habit{Cookieless: true}) })
		w.Run(10 * minute)
		t.Logf("seed %d: at most %.2f of 60 places inside are nobody's", seed, float64(w.Most.Counted)/1000)
		if w.Most.Counted > 3000 {
			t.Errorf("seed %d: %.2f places inside are nobody's, want 3 at most", seed, float64(w.Most.Counted)/1000)
		}
	}
}

// besideGhosts lets a ghost come each second and a citizen each six, for ten minutes, and answers how long the citizens waited.
func besideGhosts(t *testing.T, w *world) (waits []int64) {
	var citizens []*capacity.Person
	end := w.Now() + 10*minute
	w.Every(second, func() { w.Arrive(capacity.Habit{Cookieless: true}) })
	w.In(w.Between(0, 900), func() {
		w.Every(6*second, func() {
			if w.Now() < end {
				citizens = append(citizens, w.Arrive(capacity.Habit{Press: capacity.Countdown, Visit: capacity.Steady, Finishes: true}))
			}
		})
	})
	w.Run(11 * minute)
	for _, c := range citizens {
		if c.Entered == 0 {
			t.Errorf("a citizen that came at %d is not in", c.Came)
			continue
		}
		waits = append(waits, c.Entered-c.Came)
	}
	slices.Sort(waits)
	return waits
}

func TestCitizensBesideAGhostASecond(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds(7501) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			fresh := newWorld(t, capacity.Settings{Seed: seed})
			waits := besideGhosts(t, fresh)
			p90 := waits[len(waits)*9/10]
			taught := newWorld(t, capacity.Settings{Seed: seed + 50, Curves: fresh.Snapshot().Curves})
			waits2 := besideGhosts(t, taught)
			p902 := waits2[len(waits2)*9/10]
			t.Logf("all %d in, half within %d ms, nine of ten within %d ms, the longest wait %d ms; with what that taught: %d, %d, %d",
				len(waits), waits[len(waits)/2], p90, waits[len(waits)-1], waits2[len(waits2)/2], p902, waits2[len(waits2)-1])
			// It takes three minutes to learn that most calls are nobody's. Until then a citizen waits for the ghosts ahead to be
			// passed over, which is Confirm, and twice for its page to ask.
			if half := waits[len(waits)/2]; half > 10*second || p90 > 24*second || p902 > 15*second {
				t.Errorf("half waited %d ms, nine of ten %d ms, and later %d ms: want 10 s, 24 s and 15 s at most", half, p90, p902)
			}
		})
	}
}

func TestCallsThatNobodyClaimsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds(7601) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newWorld(t, capacity.Settings{Seed: seed, Paused: true})
			w.Spread(90, 20*second, func() { w.Arrive(capacity.Habit{NoShow: true}) })
			w.Run(30 * second)
			w.Spread(250, 30*second, func() { w.Arrive(capacity.Habit{Press: capacity.Countdown, Visit: capacity.Briefly, Finishes: true}) })
			w.Run(minute)
			w.Open()
			from := w.Now()
			w.Run(7 * minute)
			n, late := w.Entered(from, w.Now()), w.Entered(from+3*minute, w.Now())
			t.Logf("%d of 250 citizens in within 7 minutes; %d of them in the last four", n, late)
			if n < 135 {
				t.Errorf("%d citizens are in, want 135", n)
			}
			if late < 4*30*97/100 {
				t.Errorf("%d entered in the last four minutes, want 30 a minute", late)
			}
			w.Paced(capacity.SmallTown())
		})
	}
}

func TestTicketsThatAreNeverKeptAliveAreWorthNothing(t *testing.T) {
	t.Parallel()
	// play is a line of 250 citizens behind so many tickets that were taken a minute before the opening and never heard of again.
	play := func(t *testing.T, seed uint64, parked int) (entered int, called int64) {
		w := newWorld(t, capacity.Settings{Seed: seed, Paused: true})
		w.Spread(parked, 30*second, func() { w.Arrive(capacity.Habit{Deaf: true}) })
		w.Run(30 * second)
		w.Spread(250, 30*second, func() { w.Arrive(capacity.Habit{Press: capacity.Countdown, Visit: capacity.Briefly, Finishes: true}) })
		w.Run(30 * second)
		w.Open()
		from := w.Now()
		w.Run(7 * minute)
		w.Paced(capacity.SmallTown())
		return w.Entered(from, w.Now()), w.Snapshot().Called
	}
	for _, seed := range seeds(7701) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			without, _ := play(t, seed, 0)
			n, called := play(t, seed, 2000)
			t.Logf("%d citizens in within 7 minutes, without the parked tickets %d; %d were called", n, without, called)
			// Pages ask rarely while they believe 2,000 ahead, so the first of them learn late that it is their turn.
			if longest := int(24 * second * capacity.SmallTown().Rate / minute); n < without-longest {
				t.Errorf("%d citizens are in, without the parked tickets %d", n, without)
			}
			// Those called are the citizens that are in, and a few on their way.
			if called > int64(n)+5 {
				t.Errorf("%d were called for %d who came in: tickets of nobody's were called", called, n)
			}
		})
	}
}
