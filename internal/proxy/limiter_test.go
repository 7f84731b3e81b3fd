package proxy

import (
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func newLimiter(limit, length int) *limiter {
	return newLimiterWith(func() int { return limit }, length)
}

func newLimiterWith(limit func() int, length int) *limiter {
	t := &limiter{gate: newGate(), limit: limit, length: length, ceiling: 1}
	t.gate.most = func() int { return 1 << 20 }
	t.gate.add(t)
	return t
}

func soon() *watch { return &watch{until: time.Now().Add(5 * time.Second)} }

// hold takes a place that does not count, so that it is given back without a mark.
func hold(t *limiter) { _, _, _ = t.enter(entry{turn: turnPart, idles: true}, soon()) }

// queueUp lets one wait in the background and returns once it does.
func queueUp(t *limiter, r turn, name string, order chan<- string) {
	queueUpAs(t, entry{turn: r}, name, order)
}

func queueUpAs(t *limiter, e entry, name string, order chan<- string) {
	go func() {
		if _, _, err := t.enter(e, soon()); err != nil {
			name += ": " + err.Error()
		}
		order <- name
	}()
	synctest.Wait()
}

func TestWhoWaitsGoesInByRankAndWithinOneInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := newLimiter(1, 10)
		if _, waited, err := ts.enter(entry{turn: turnPart}, soon()); waited || err != nil {
			t.Fatalf("%v, %v", waited, err)
		}
		order := make(chan string, 10)
		queueUp(ts, turnOpen, "open 1", order)
		queueUp(ts, turnPart, "part 1", order)
		queueUp(ts, turnPage, "page 1", order)
		queueUp(ts, turnForm, "form 1", order)
		queueUp(ts, turnPage, "page 2", order)
		queueUp(ts, turnOpen, "open 2", order)
		queueUp(ts, turnForm, "form 2", order)
		queueUp(ts, turnPart, "part 2", order)
		for _, want := range []string{"form 1", "form 2", "page 1", "page 2", "part 1", "part 2", "open 1", "open 2"} {
			ts.leave(place{})
			if got := <-order; got != want {
				t.Errorf("%s came before %s", got, want)
			}
		}
		ts.leave(place{})
		if inside, waiting := ts.counts(); inside != 0 || waiting != 0 {
			t.Errorf("%d inside, %d waiting", inside, waiting)
		}
	})
}

// A form must not be refused because pictures wait.
func TestAHigherRankFindsRoomInAFullQueue(t *testing.T) {
	for lower := turnForm; lower < turns; lower++ {
		for higher := turnForm; higher < turns; higher++ {
			synctest.Test(t, func(t *testing.T) {
				ts := newLimiter(1, 2)
				hold(ts)
				order := make(chan string, 3)
				queueUp(ts, lower, "first", order)
				queueUp(ts, lower, "last", order)
				queueUp(ts, higher, "new", order)
				sent, then := "new: ", []string{"first", "last"}
				if higher < lower {
					sent, then = "last: ", []string{"new", "first"}
				}
				if got := <-order; got != sent+ErrQueueFull.Error() {
					t.Errorf("%d waits, %d comes: %s", lower, higher, got)
				}
				for _, want := range then {
					ts.leave(place{})
					if got := <-order; got != want {
						t.Errorf("%d waits, %d comes: %s before %s", lower, higher, got, want)
					}
				}
				ts.leave(place{})
				if inside, waiting := ts.counts(); inside != 0 || waiting != 0 {
					t.Errorf("%d inside, %d waiting", inside, waiting)
				}
			})
		}
	}
}

func TestTheLowestRankOfAFullQueueGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := newLimiter(1, 3)
		hold(ts)
		order := make(chan string, 5)
		queueUp(ts, turnOpen, "open", order)
		queueUp(ts, turnPart, "part", order)
		queueUp(ts, turnPage, "page", order)
		queueUp(ts, turnForm, "form 1", order)
		queueUp(ts, turnForm, "form 2", order)
		for _, want := range []string{"open", "part"} {
			if got := <-order; got != want+": "+ErrQueueFull.Error() {
				t.Errorf("%s, not %s", got, want)
			}
		}
		ts.stop()
	})
}

func TestTheQueueIsBoundedInLengthAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := newLimiter(1, 2)
		hold(ts)
		order := make(chan string, 2)
		queueUp(ts, turnPart, "1", order)
		queueUp(ts, turnForm, "2", order)
		if _, _, err := ts.enter(entry{turn: turnPart}, soon()); !errors.Is(err, ErrQueueFull) {
			t.Errorf("a third one waits: %v", err)
		}
		begin := time.Now()
		for range 2 {
			if got := <-order; got != "1: "+ErrQueueFull.Error() && got != "2: "+ErrQueueFull.Error() {
				t.Error(got)
			}
		}
		if d := time.Since(begin); d != 5*time.Second {
			t.Errorf("they were sent away after %v", d)
		}
		ts.leave(place{})
		if _, waited, err := ts.enter(entry{turn: turnPart}, soon()); waited || err != nil {
			t.Errorf("the place is lost: %v", err)
		}
	})
}

func TestWithoutAQueueTheNextIsSentAwayAtOnce(t *testing.T) {
	ts := newLimiter(1, -1)
	if _, _, err := ts.enter(entry{turn: turnPart}, soon()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ts.enter(entry{turn: turnPart}, soon()); !errors.Is(err, ErrQueueFull) {
		t.Error(err)
	}
}

func TestStopSendsAwayWhoeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := newLimiter(1, 2)
		hold(ts)
		order := make(chan string, 2)
		queueUp(ts, turnPart, "1", order)
		ts.stop()
		if got := <-order; got != "1: "+ErrStopped.Error() {
			t.Error(got)
		}
		if _, _, err := ts.enter(entry{turn: turnPart}, soon()); !errors.Is(err, ErrStopped) {
			t.Error(err)
		}
	})
}

func TestALimitThatGrowsLetsTheWaitingInWithoutAnybodyLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var limit atomic.Int32
		limit.Store(1)
		ts := newLimiterWith(func() int { return int(limit.Load()) }, 5)
		hold(ts)
		order := make(chan string, 2)
		queueUp(ts, turnPart, "1", order)
		queueUp(ts, turnPart, "2", order)
		limit.Store(2)
		if got := <-order; got != "1" {
			t.Error(got)
		}
		ts.leave(place{})
		if got := <-order; got != "2" {
			t.Error(got)
		}
	})
}

func TestAPlaceIsNeverLostBetweenGrantAndGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := newLimiter(1, 100)
		hold(ts)
		order := make(chan string, 100)
		for range 100 {
			queueUp(ts, turnPart, "", order)
		}
		time.Sleep(5*time.Second - time.Nanosecond)
		go ts.leave(place{}) // in the same moment as their time is over
		in := 0
		for range 100 {
			if <-order == "" {
				in++
				ts.leave(place{})
			}
		}
		synctest.Wait()
		if inside, waiting := ts.counts(); inside != 0 || waiting != 0 {
			t.Errorf("%d got in; %d are inside, %d waiting", in, inside, waiting)
		}
	})
}

func TestAClientThatLeavesTheQueueTakesNoPlace(t *testing.T) {
	ours, theirs := tcpPair(t)
	ts := newLimiter(1, 2)
	hold(ts)
	_ = theirs.Close()
	w := soon()
	w.client = ours
	if _, _, err := ts.enter(entry{turn: turnPart}, w); !errors.Is(err, ErrClientGone) {
		t.Error(err)
	}
	if inside, waiting := ts.counts(); inside != 1 || waiting != 0 {
		t.Errorf("%d inside, %d waiting", inside, waiting)
	}
}

func tcpPair(tb testing.TB) (a, b net.Conn) {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer ln.Close()
	if a, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		tb.Fatal(err)
	}
	if b, err = ln.Accept(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return a, b
}

// Where a crowd waits for a quick site, making what waits would cost as much as the wait.
func TestAWaitForAPlaceMakesNothingNew(t *testing.T) {
	ts := newLimiter(1, 10)
	held, _, err := ts.enter(entry{turn: turnPage}, soon())
	if err != nil {
		t.Fatal(err)
	}
	ts.queued = func() { ts.leave(held) }
	w := soon()
	// One is for the race detector, which lets a pool forget.
	if n := testing.AllocsPerRun(1000, func() {
		var waited bool
		if held, waited, err = ts.enter(entry{turn: turnPage}, w); err != nil || !waited {
			t.Fatal(waited, err)
		}
	}); n > 1 {
		t.Errorf("%v allocations a wait", n)
	}
}
