package proxy

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/admission"
)

// adaptingLimiter has room for ten, of which most may count.
func adaptingLimiter(most *atomic.Int32) *limiter {
	t := newLimiter(10, 10)
	t.gate.most = func() int { return int(most.Load()) }
	return t
}

func in(t *testing.T, l *limiter, e entry) place {
	t.Helper()
	at, waited, err := l.enter(e, soon())
	if waited || err != nil {
		t.Fatalf("waited %v, %v", waited, err)
	}
	return at
}

func atWork(l *limiter) int {
	l.gate.mu.Lock()
	defer l.gate.mu.Unlock()
	return l.gate.working.n
}

func TestTheLimitThatAdaptsHoldsRequestsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var most atomic.Int32
		most.Store(2)
		ts := adaptingLimiter(&most)
		first := in(t, ts, entry{turn: turnPart})
		in(t, ts, entry{turn: turnPart})
		order := make(chan string, 3)
		queueUp(ts, turnPart, "1", order)
		queueUp(ts, turnPart, "2", order)
		ts.leave(first)
		if got := <-order; got != "1" {
			t.Error(got)
		}
		synctest.Wait()
		if len(order) != 0 || atWork(ts) != 2 {
			t.Errorf("%d are at work, and %s came in", atWork(ts), <-order)
		}
		most.Store(3) // the next look finds the room
		if got := <-order; got != "2" {
			t.Error(got)
		}
	})
}

// A few requests that hang, or poll for long, must not keep everybody else out.
func TestARequestThatTakesLongCountsNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var most atomic.Int32
		most.Store(2)
		ts := adaptingLimiter(&most)
		begun := time.Now()
		a, b := in(t, ts, entry{turn: turnPart}), in(t, ts, entry{turn: turnPart})
		time.Sleep(time.Second)
		order := make(chan string, 2)
		queueUp(ts, turnPart, "1", order)
		if got := <-order; got != "1" || time.Since(begun) != admission.Patience {
			t.Errorf("%s after %v", got, time.Since(begun))
		}
		in(t, ts, entry{turn: turnPart})
		if n := atWork(ts); n != 2 {
			t.Errorf("%d are at work", n)
		}
		ts.leave(a)
		ts.leave(b)
		if n := atWork(ts); n != 2 {
			t.Errorf("%d are at work after those left that counted no more", n)
		}
		if inside, _ := ts.counts(); inside != 2 {
			t.Errorf("%d are inside", inside)
		}
	})
}

func TestWhatOnlyWaitsAtTheOriginPassesTheLimitThatAdapts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var most atomic.Int32
		most.Store(1)
		ts := adaptingLimiter(&most)
		in(t, ts, entry{turn: turnPart})
		order := make(chan string, 2)
		queueUp(ts, turnForm, "form", order)
		for range 9 {
			in(t, ts, entry{turn: turnOpen, idles: true})
		}
		queueUp(ts, turnOpen, "one too many", order) // ten are inside
		if inside, waiting := ts.counts(); inside != 10 || waiting != 2 || atWork(ts) != 1 {
			t.Errorf("%d inside, %d waiting, %d at work", inside, waiting, atWork(ts))
		}
		ts.stop()
	})
}

func TestAStreamThatHasBegunCountsNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var most atomic.Int32
		most.Store(1)
		ts := adaptingLimiter(&most)
		at := in(t, ts, entry{turn: turnPart})
		order := make(chan string, 1)
		queueUp(ts, turnPart, "1", order)
		ts.idle(at)
		ts.idle(at)
		if got := <-order; got != "1" || atWork(ts) != 1 {
			t.Errorf("%s, %d at work", got, atWork(ts))
		}
		ts.leave(at)
		if n := atWork(ts); n != 1 {
			t.Errorf("%d at work", n)
		}
	})
}

func TestMarksAreUsedAgain(t *testing.T) {
	var c counted
	now := time.Unix(0, 0)
	for range 1000 {
		a, b := c.add(counting{until: now.Add(time.Second)}), c.add(counting{until: now})
		c.expire(now)
		if c.n != 1 {
			t.Fatalf("%d count", c.n)
		}
		c.remove(a)
		c.remove(b)
	}
	if c.n != 0 || len(c.slots) != 2 {
		t.Errorf("%d count, %d slots", c.n, len(c.slots))
	}
}
