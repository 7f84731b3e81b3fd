package rehearse

import "testing"

// climb runs a ladder at a site that is good up to a rate.
func climb(t *testing.T, l *ladder, knee int64) (steps []int64) {
	t.Helper()
	for !l.done {
		steps = append(steps, l.next)
		l.step(l.next <= knee)
		if len(steps) > 60 {
			t.Fatalf("it never ends: %v", steps)
		}
	}
	return steps
}

func TestTheLastGoodRateIsFoundWithinTheGapAndConfirmed(t *testing.T) {
	for _, knee := range []int64{10, 11, 47, 100, 333, 5000, 9999} {
		l := newLadder(10, 10_000, 1.5, 0.1)
		steps := climb(t, l, knee)
		if l.confirmed > knee || float64(l.confirmed) < float64(knee)/1.1-1 {
			t.Errorf("knee %d: confirmed %d after %v", knee, l.confirmed, steps)
		}
		if steps[len(steps)-1] != l.confirmed {
			t.Errorf("knee %d: the last step is not the confirmation: %v", knee, steps)
		}
	}
}

func TestASiteThatIsNeverGoodEndsTheRehearsalAtOnce(t *testing.T) {
	l := newLadder(10, 100, 1.5, 0.1)
	if steps := climb(t, l, 0); len(steps) != 1 || l.confirmed != 0 || l.best() != 0 {
		t.Errorf("steps %v, confirmed %d", steps, l.confirmed)
	}
}

func TestNoRateIsAboveTheHighestAllowed(t *testing.T) {
	l := newLadder(10, 70, 2, 0.1)
	for _, rate := range climb(t, l, 1_000_000) {
		if rate > 70 {
			t.Errorf("rate %d", rate)
		}
	}
	if l.confirmed != 70 {
		t.Errorf("confirmed %d", l.confirmed)
	}
}

func TestARateThatDoesNotHoldGivesWayToTheNextLowerGoodOne(t *testing.T) {
	l := newLadder(10, 1000, 2, 0.5)
	for range 3 { // 10, 20, 40
		l.step(true)
	}
	l.step(false) // 80
	l.step(false) // 60
	if !l.confirming || l.next != 40 {
		t.Fatalf("%+v", l)
	}
	l.step(false)
	if !l.confirming || l.next != 20 {
		t.Fatalf("%+v", l)
	}
	l.step(true)
	if !l.done || l.confirmed != 20 {
		t.Fatalf("%+v", l)
	}
}

func TestOneBadStepAmongGoodOnesIsTriedOnceMore(t *testing.T) {
	for job := range 10 { // a step that is bad for another reason
		l := newLadder(10, 1000, 1.5, 0.15)
		for n := 0; !l.done; n++ {
			if n > 60 {
				t.Fatal("it never ends")
			}
			l.step(l.next <= 500 && (n != job || n == 0))
		}
		if l.confirmed < 430 || l.confirmed > 500 {
			t.Errorf("bad at step %d: confirmed %d", job, l.confirmed)
		}
	}
}
