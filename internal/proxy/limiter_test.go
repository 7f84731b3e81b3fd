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
	return &limiter{limit: func() int { return limit }, length: length}
}

func soon() *watch { return &watch{until: time.Now().Add(5 * time.Second)} }

// queueUp lets one wait in the background and returns once it does.
func queueUp(t *limiter, urgent bool, name string, order chan<- string) {
	go func() {
		if _, err := t.enter(urgent, soon()); err != nil {
			name += ": " + err.Error()
		}
		order <- name
	}()
	synctest.Wait()
}

func TestUrgentOnesGoFirstAndEachClassInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := newLimiter(1, 10)
		if waited, err := ts.enter(false, soon()); waited || err != nil {
			t.Fatalf("%v, %v", waited, err)
		}
		order := make(chan string, 10)
		queueUp(ts, false, "GET 1", order)
		queueUp(ts, true, "POST 1", order)
		queueUp(ts, false, "GET 2", order)
		queueUp(ts, true, "POST 2", order)
		for _, want := range []string{"POST 1", "POST 2", "GET 1", "GET 2"} {
			ts.leave()
			if got := <-order; got != want {
				t.Errorf("%s came before %s", got, want)
			}
		}
		ts.leave()
		if inside, waiting := ts.counts(); inside != 0 || waiting != 0 {
			t.Errorf("%d inside, %d waiting", inside, waiting)
		}
	})
}

func TestTheQueueIsBoundedInLengthAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := newLimiter(1, 2)
		_, _ = ts.enter(false, soon())
		order := make(chan string, 2)
		queueUp(ts, false, "1", order)
		queueUp(ts, true, "2", order)
		if _, err := ts.enter(true, soon()); !errors.Is(err, ErrQueueFull) {
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
		ts.leave()
		if waited, err := ts.enter(false, soon()); waited || err != nil {
			t.Errorf("the place is lost: %v", err)
		}
	})
}

func TestWithoutAQueueTheNextIsSentAwayAtOnce(t *testing.T) {
	ts := newLimiter(1, -1)
	if _, err := ts.enter(false, soon()); err != nil {
		t.Fatal(err)
	}
	if _, err := ts.enter(true, soon()); !errors.Is(err, ErrQueueFull) {
		t.Error(err)
	}
}

func TestStopSendsAwayWhoeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := newLimiter(1, 2)
		_, _ = ts.enter(false, soon())
		order := make(chan string, 2)
		queueUp(ts, false, "1", order)
		ts.stop()
		if got := <-order; got != "1: "+ErrStopped.Error() {
			t.Error(got)
		}
		if _, err := ts.enter(false, soon()); !errors.Is(err, ErrStopped) {
			t.Error(err)
		}
	})
}

func TestALimitThatGrowsLetsTheWaitingInWithoutAnybodyLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var limit atomic.Int32
		limit.Store(1)
		ts := &limiter{limit: func() int { return int(limit.Load()) }, length: 5}
		_, _ = ts.enter(false, soon())
		order := make(chan string, 2)
		queueUp(ts, false, "1", order)
		queueUp(ts, false, "2", order)
		limit.Store(2)
		if got := <-order; got != "1" {
			t.Error(got)
		}
		ts.leave()
		if got := <-order; got != "2" {
			t.Error(got)
		}
	})
}

func TestAPlaceIsNeverLostBetweenGrantAndGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := newLimiter(1, 100)
		_, _ = ts.enter(false, soon())
		order := make(chan string, 100)
		for range 100 {
			queueUp(ts, false, "", order)
		}
		time.Sleep(5*time.Second - time.Nanosecond)
		go ts.leave() // in the same moment as their time is over
		in := 0
		for range 100 {
			if <-order == "" {
				in++
				ts.leave()
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
	_, _ = ts.enter(false, soon())
	_ = theirs.Close()
	w := soon()
	w.client = ours
	if _, err := ts.enter(false, w); !errors.Is(err, ErrClientGone) {
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
