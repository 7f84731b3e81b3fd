package httpx

import (
	"testing"
	"testing/synctest"
	"time"
)

// enter takes a place or fails the test.
func enter(t *testing.T, s *Shedder, arrival bool) (leave func()) {
	t.Helper()
	leave, ok := s.Enter(arrival)
	if !ok {
		t.Fatalf("turned away (arrival: %v)", arrival)
	}
	return leave
}

func TestArrivalsAreTurnedAwayBeforePeopleWhoWait(t *testing.T) {
	s := NewShedder(2, 4)
	first := enter(t, s, true)
	enter(t, s, true)
	if _, ok := s.Enter(true); ok {
		t.Error("a third arrival was taken")
	}
	enter(t, s, false)
	fourth := enter(t, s, false)
	if _, ok := s.Enter(false); ok {
		t.Error("a fifth request was taken")
	}
	first()
	fourth()
	enter(t, s, true)
	enter(t, s, false)
}

func TestPeopleWhoWaitMayTakeAllPlacesAndArrivalsNone(t *testing.T) {
	s := NewShedder(2, 4)
	for range 4 {
		enter(t, s, false)
	}
	if _, ok := s.Enter(true); ok {
		t.Error("an arrival was taken")
	}
}

func TestSlowArrivalsShrinkTheirPartAndQuickOnesGiveItBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewShedder(64, 1000)
		slow := func() {
			var leaves []func()
			for {
				leave, ok := s.Enter(true)
				if !ok {
					break
				}
				leaves = append(leaves, leave)
			}
			time.Sleep(2 * SlowArrival)
			for _, leave := range leaves { // all of them tell the same tale, and it counts once
				leave()
			}
		}
		for _, want := range []int64{32, 16, 8, 4, 4} {
			if slow(); s.allowed.Load() != want {
				t.Fatalf("%d arrivals allowed, want %d", s.allowed.Load(), want)
			}
		}
		for range 100 {
			enter(t, s, true)()
		}
		if got := s.allowed.Load(); got != 64 {
			t.Errorf("%d arrivals allowed after a quiet time, want 64", got)
		}
		if s.inWork.Load() != 0 || s.arriving.Load() != 0 {
			t.Errorf("left: %d, %d", s.inWork.Load(), s.arriving.Load())
		}
	})
}

func TestAPartSmallerThanTheFewestIsNotMadeLarger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewShedder(1, 10)
		leave := enter(t, s, true)
		time.Sleep(2 * SlowArrival)
		leave()
		enter(t, s, true)
		if _, ok := s.Enter(true); ok {
			t.Error("two arrivals where one is allowed")
		}
	})
}
