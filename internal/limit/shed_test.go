package limit

import (
	"testing"
	"testing/synctest"
	"time"
)

func newShedder(t *testing.T, arrivals int) *Shedder {
	t.Helper()
	s, err := NewShedder(arrivals)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// enter takes a place or fails the test.
func enter(t *testing.T, s *Shedder) (leave func()) {
	t.Helper()
	leave, ok := s.Enter()
	if !ok {
		t.Fatal("turned away")
	}
	return leave
}

func TestOneArrivalMoreThanAllowedIsTurnedAway(t *testing.T) {
	s := newShedder(t, 2)
	first := enter(t, s)
	enter(t, s)
	if _, ok := s.Enter(); ok {
		t.Error("a third arrival was taken")
	}
	first()
	enter(t, s)
	if _, ok := s.Enter(); ok {
		t.Error("an arrival that was turned away, or one that left, still counts")
	}
}

func TestSlowArrivalsShrinkTheirPartAndQuickOnesGiveItBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShedder(t, 64)
		slow := func() {
			var leaves []func()
			for {
				leave, ok := s.Enter()
				if !ok {
					break
				}
				leaves = append(leaves, leave)
			}
			time.Sleep(2 * slowArrival)
			for _, leave := range leaves { // all of them are the same evidence, which counts once
				leave()
			}
		}
		for _, want := range []int64{32, 16, 8, 4, 4} {
			if slow(); s.allowed.Load() != want {
				t.Fatalf("%d arrivals allowed, want %d", s.allowed.Load(), want)
			}
		}
		for range 100 {
			enter(t, s)()
		}
		if got := s.allowed.Load(); got != 64 {
			t.Errorf("%d arrivals allowed after a quiet time, want 64", got)
		}
		if n := s.arriving.Load(); n != 0 {
			t.Errorf("%d are still in work", n)
		}
	})
}

func TestAPartSmallerThanTheFewestIsNotMadeLarger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShedder(t, 1)
		leave := enter(t, s)
		time.Sleep(2 * slowArrival)
		leave()
		enter(t, s)
		if _, ok := s.Enter(); ok {
			t.Error("two arrivals where one is allowed")
		}
	})
}
