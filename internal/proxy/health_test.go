package proxy

import (
	"testing"
	"time"
)

var epoch = time.Date(2021, 6, 14, 8, 0, 0, 0, time.UTC)

func newHealth() *health {
	return &health{cfg: HealthConfig{
		Failures: 3, Backoff: time.Second, MaxBackoff: 5 * time.Second, SlowStart: 10 * time.Second, Unhealthy: 2, Healthy: 2,
	}}
}

func at(d time.Duration) time.Time { return epoch.Add(d) }

func TestFailuresInARowLeaveAnAddressOut(t *testing.T) {
	h := newHealth()
	h.failed(at(0), failedExchange, true)
	h.failed(at(0), failedExchange, true)
	h.succeeded(at(0))
	h.failed(at(0), failedExchange, true)
	h.failed(at(0), failedExchange, true)
	if !h.available(at(0)) {
		t.Fatal("out after failures that were not in a row")
	}
	h.failed(at(0), failedExchange, true)
	if h.available(at(time.Second-1)) || !h.available(at(time.Second)) {
		t.Error("the first time out is not a second")
	}
}

func TestTheTimeOutDoublesUntilItsBound(t *testing.T) {
	h := newHealth()
	now := time.Duration(0)
	for range 3 {
		h.failed(at(now), failedExchange, true)
	}
	for _, out := range []time.Duration{1, 2, 4, 5, 5} {
		if h.available(at(now + out*time.Second - 1)) {
			t.Fatalf("available before %d seconds", out)
		}
		now += out * time.Second
		if !h.begin(at(now)) {
			t.Fatalf("no trial after %d seconds", out)
		}
		if h.begin(at(now)) || h.available(at(now)) {
			t.Fatal("a second request was let through beside the trial")
		}
		h.failed(at(now), failedExchange, true)
	}
}

func TestATrialThatSucceedsBringsTheAddressBackSlowly(t *testing.T) {
	h := newHealth()
	for range 3 {
		h.failed(at(0), failedExchange, true)
	}
	if !h.begin(at(time.Second)) {
		t.Fatal("no trial")
	}
	h.succeeded(at(time.Second))
	for _, c := range []struct {
		after time.Duration
		share float64
	}{{0, 0.1}, {500 * time.Millisecond, 0.1}, {3 * time.Second, 0.3}, {9 * time.Second, 0.9}, {10 * time.Second, 1}, {time.Hour, 1}} {
		if got := h.share(at(time.Second + c.after)); got != c.share {
			t.Errorf("after %v the share is %v, want %v", c.after, got, c.share)
		}
	}
	if h.troubled.Load() {
		t.Error("it is not back to the ordinary case")
	}
}

func TestATrialThatSaysNothingIsFollowedByAnother(t *testing.T) {
	h := newHealth()
	for range 3 {
		h.failed(at(0), failedExchange, true)
	}
	h.begin(at(time.Second))
	h.abandoned()
	if !h.begin(at(time.Second)) {
		t.Error("the trial was lost with the client")
	}
}

func TestOneBrokenPageDoesNotTakeALoneOriginDown(t *testing.T) {
	h := newHealth()
	for range 10 {
		h.failed(at(0), failedAnswer, true)
	}
	if !h.available(at(0)) {
		t.Error("a lone origin was left out for its 5xx")
	}
	h.failed(at(0), failedAnswer, false)
	if h.available(at(0)) {
		t.Error("an origin that has peers was not left out for its 5xx")
	}
	// Meanwhile the peers have gone. Its trial brings a 5xx: it can be reached, so it serves.
	h.begin(at(time.Second))
	h.failed(at(time.Second), failedAnswer, true)
	if !h.available(at(time.Second)) {
		t.Error("the lone origin stays out")
	}
}

func TestWithPassiveHealthOffNothingIsLeftOut(t *testing.T) {
	h := newHealth()
	h.cfg.Failures = -1
	for range 100 {
		h.failed(at(0), failedExchange, false)
	}
	if !h.available(at(0)) || h.total != 100 {
		t.Errorf("available %v after %d failures", h.available(at(0)), h.total)
	}
}

func TestTheCheckTakesAnAddressOutAndBack(t *testing.T) {
	h := newHealth()
	if h.checked(at(0), false) || !h.available(at(0)) {
		t.Error("down after one bad check")
	}
	if !h.checked(at(0), false) || h.available(at(0)) || h.begin(at(0)) {
		t.Error("not down after two")
	}
	if h.checked(at(0), false) {
		t.Error("down twice")
	}
	if h.checked(at(0), true) || h.available(at(0)) {
		t.Error("up after one good check")
	}
	if !h.checked(at(0), true) || !h.available(at(0)) {
		t.Error("not up after two")
	}
	if got := h.share(at(0)); got != 0.1 {
		t.Errorf("it starts with %v of its load", got)
	}
}

func TestAGoodCheckEndsATimeOut(t *testing.T) {
	h := newHealth()
	for range 3 {
		h.failed(at(0), failedExchange, true)
	}
	h.checked(at(0), true)
	h.checked(at(0), true)
	if !h.available(at(0)) {
		t.Error("still out")
	}
}

func TestAnAddressThatCanBeReachedGetsItsTrialAtOnce(t *testing.T) {
	h := newHealth()
	for range 3 {
		h.failed(at(0), failedExchange, true)
	}
	h.reachable(at(100 * time.Millisecond))
	if !h.begin(at(100 * time.Millisecond)) {
		t.Error("no trial")
	}
}

func newFleet(n int) *fleet {
	f := new(fleet)
	for range n {
		o := &origin{dialer: &dialer{}}
		o.health.cfg = newHealth().cfg
		f.origins = append(f.origins, o)
	}
	return f
}

func TestTheLeastBusyAddressIsChosen(t *testing.T) {
	f := newFleet(3)
	f.origins[0].inFlight.Store(5)
	f.origins[1].inFlight.Store(2)
	f.origins[2].inFlight.Store(4)
	for range 2 {
		if o := f.choose(epoch, nil); o != f.origins[1] {
			t.Fatal("not the least busy one")
		}
	}
	f.choose(epoch, nil)
	f.choose(epoch, nil)
	var loads []int64
	for _, o := range f.origins {
		loads = append(loads, o.inFlight.Load())
	}
	if loads[0] != 5 || loads[1]+loads[2] != 10 {
		t.Errorf("the load is %v", loads)
	}
}

func TestEqualAddressesShareTheWork(t *testing.T) {
	f := newFleet(3)
	count := map[*origin]int{}
	for range 300 {
		o := f.choose(epoch, nil)
		o.done()
		count[o]++
	}
	for _, n := range count {
		if n != 100 {
			t.Errorf("the work was shared %v", count)
		}
	}
}

func TestAnAddressThatIsOutOrWasTriedIsNotChosen(t *testing.T) {
	f := newFleet(2)
	for range 3 {
		f.origins[0].health.failed(epoch, failedExchange, false)
	}
	for range 4 {
		if o := f.choose(epoch, nil); o != f.origins[1] {
			t.Fatal("the one that is out was chosen")
		}
	}
	if o := f.choose(epoch, f.origins[1:]); o != nil {
		t.Error("one was chosen although none is left")
	}
	single := newFleet(1)
	if o := single.choose(epoch, single.origins); o != nil {
		t.Error("the only one was chosen twice")
	}
}

func TestAnAddressThatWarmsUpGetsItsShare(t *testing.T) {
	f := newFleet(2)
	h := &f.origins[0].health
	h.checked(epoch, false)
	h.checked(epoch, false)
	h.checked(epoch, true)
	h.checked(epoch, true)
	for range 110 {
		f.choose(at(time.Second), nil)
	}
	if n := f.origins[0].inFlight.Load(); n < 5 || n > 15 {
		t.Errorf("it got %d of 110 at a tenth of its load", n)
	}
	if got := f.share(at(time.Second)); got != 1 {
		t.Errorf("a warm peer leaves the room a share of %v", got)
	}
	lone := newFleet(1)
	lone.origins[0].health.checked(epoch, false)
	lone.origins[0].health.checked(epoch, false)
	lone.origins[0].health.checked(epoch, true)
	lone.origins[0].health.checked(epoch, true)
	if got := lone.share(at(5 * time.Second)); got != 0.5 {
		t.Errorf("a lone origin half way through has a share of %v", got)
	}
}
