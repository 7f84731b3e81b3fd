package proxy

import (
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
)

var epoch = time.Date(2021, 6, 14, 8, 0, 0, 0, time.UTC)

func newHealth() *health {
	return &health{cfg: config.Health{
		Failures: 3, Backoff: time.Second, MaxBackoff: 5 * time.Second, SlowStart: 10 * time.Second, Unhealthy: 2, Healthy: 2,
	}}
}

func at(d time.Duration) time.Time { return epoch.Add(d) }

// fail lets so many clients, all different, meet a failure.
func fail(h *health, d time.Duration, k class, n int) {
	for i := range n {
		h.failed(at(d), k, uint64(i), true)
	}
}

// lose lets so many requests find nobody at the address.
func lose(h *health, d time.Duration, n int) {
	for range n {
		h.lost(at(d), fromOutside)
	}
}

func up(h *health, d time.Duration, k class) bool { return h.rank(at(d), k) == rankUp }

func TestConnectionsThatCannotBeMadeCountForAll(t *testing.T) {
	h := newHealth()
	lose(h, 0, 2)
	h.reached(at(0))
	lose(h, 0, 2)
	if !up(h, 0, fromInside) {
		t.Fatal("out after failures that were not in a row")
	}
	lose(h, 0, 1)
	for _, k := range []class{fromInside, fromOutside} {
		if h.rank(at(time.Second-1), k) != rankLost || !up(h, time.Second, k) {
			t.Errorf("%v: the first time out is not a second", k)
		}
	}
}

func TestFailuresCountForTheirClassAlone(t *testing.T) {
	for _, k := range []class{fromInside, fromOutside} {
		other := fromInside + fromOutside - k
		h := newHealth()
		fail(h, 0, k, 2)
		h.answered(at(0), other)
		fail(h, 0, other, 2)
		if !up(h, 0, k) || !up(h, 0, other) {
			t.Error("one class was counted for the other")
		}
		fail(h, 0, k, 3)
		if up(h, time.Second-1, k) || !up(h, time.Second, k) {
			t.Errorf("%v: the first time out is not a second", k)
		}
		if !up(h, 0, other) || h.share(at(0), other) != 1 || h.slowStartShare(at(0)) != 1 {
			t.Errorf("what failed for %v fell upon %v", k, other)
		}
		h.answered(at(time.Second), k)
		if got := h.share(at(time.Second), other); got != 1 || h.slowStartShare(at(time.Second)) != 1 {
			t.Errorf("what came back for %v narrows the way for %v to %v", k, other, got)
		}
	}
}

func TestOneClientIsNotEnough(t *testing.T) {
	h := newHealth()
	for range 100 {
		h.failed(at(0), fromInside, 7, true)
	}
	if !up(h, 0, fromInside) {
		t.Error("one client took the address out")
	}
	h.failed(at(0), fromInside, 8, true)
	h.failed(at(0), fromInside, 9, true)
	if up(h, 0, fromInside) {
		t.Error("three clients did not")
	}
	// One who is known to fail does not keep it out: he has shown nothing new.
	if !h.begin(at(time.Second), fromInside) {
		t.Fatal("no trial")
	}
	h.failed(at(time.Second), fromInside, 7, true)
	if !h.begin(at(time.Second), fromInside) {
		t.Error("his failure was taken for a trial's")
	}
}

func TestWhatFailsEverywhereIsNotTheAddresssFault(t *testing.T) {
	h := newHealth()
	for i := range 100 {
		h.failed(at(0), fromInside, uint64(i), false)
	}
	if !up(h, 0, fromInside) {
		t.Error("left out although nobody else does better")
	}
	if n := len(h.served[fromInside].clients); n > 3 {
		t.Errorf("%d clients are remembered for nothing", n)
	}
	h.failed(at(0), fromInside, 7, true)
	if up(h, 0, fromInside) {
		t.Error("not left out when another does better")
	}
}

func TestTheTimeOutDoublesUntilItsBound(t *testing.T) {
	for name, again := range map[string]func(h *health, d time.Duration, client int){
		"connecting": func(h *health, d time.Duration, _ int) { h.lost(at(d), fromInside) },
		"answering":  func(h *health, d time.Duration, client int) { h.failed(at(d), fromInside, uint64(client), true) },
	} {
		h := newHealth()
		now := time.Duration(0)
		for i := range 3 {
			again(h, now, i)
		}
		for i, out := range []time.Duration{1, 2, 4, 5, 5} {
			if up(h, now+out*time.Second-1, fromInside) {
				t.Fatalf("%s: up before %d seconds", name, out)
			}
			now += out * time.Second
			if !h.begin(at(now), fromInside) {
				t.Fatalf("%s: no trial after %d seconds", name, out)
			}
			if h.begin(at(now), fromInside) || up(h, now, fromInside) {
				t.Fatalf("%s: a second request was let through beside the trial", name)
			}
			again(h, now, 10+i)
		}
	}
}

func TestATrialThatSucceedsBringsTheAddressBackSlowly(t *testing.T) {
	h := newHealth()
	lose(h, 0, 3)
	if !h.begin(at(time.Second), fromInside) {
		t.Fatal("no trial")
	}
	if !h.reached(at(time.Second)) {
		t.Error("it is not back")
	}
	for _, c := range []struct {
		after time.Duration
		share float64
	}{{0, 0.1}, {500 * time.Millisecond, 0.1}, {3 * time.Second, 0.3}, {9 * time.Second, 0.9}, {10 * time.Second, 1}, {time.Hour, 1}} {
		if got := h.share(at(time.Second+c.after), fromInside); got != c.share {
			t.Errorf("after %v the share is %v, want %v", c.after, got, c.share)
		}
	}
	if h.troubled.Load() {
		t.Error("it is not back to the ordinary case")
	}
}

func TestATrialThatSaysNothingIsFollowedByAnother(t *testing.T) {
	for name, end := range map[string]func(h *health){
		"abandoned":                func(h *health) { h.abandoned(fromInside) },
		"on a kept connection":     func(h *health) { h.answered(at(time.Second), fromInside) },
		"failed for its own class": func(h *health) { h.failed(at(time.Second), fromInside, 1, true) },
	} {
		h := newHealth()
		lose(h, 0, 3)
		h.begin(at(time.Second), fromInside)
		end(h)
		if !h.begin(at(time.Second), fromInside) {
			t.Errorf("%s: the trial was lost", name)
		}
	}
}

func TestWithPassiveHealthOffNothingIsLeftOut(t *testing.T) {
	h := newHealth()
	h.cfg.Failures = 0
	fail(h, 0, fromInside, 50)
	lose(h, 0, 50)
	if !up(h, 0, fromInside) || h.total != 100 {
		t.Errorf("rank %v after %d failures", h.rank(at(0), fromInside), h.total)
	}
}

func TestTheCheckTakesAnAddressOutAndBack(t *testing.T) {
	h := newHealth()
	if h.checked(at(0), false) || !up(h, 0, fromInside) {
		t.Error("down after one bad check")
	}
	if !h.checked(at(0), false) || h.rank(at(0), fromInside) != rankDown || h.begin(at(0), fromInside) {
		t.Error("not down after two")
	}
	if h.checked(at(0), false) {
		t.Error("down twice")
	}
	if h.checked(at(0), true) || up(h, 0, fromInside) {
		t.Error("up after one good check")
	}
	if !h.checked(at(0), true) || !up(h, 0, fromInside) {
		t.Error("not up after two")
	}
	if got := h.share(at(0), fromInside); got != 0.1 {
		t.Errorf("it starts with %v of its load", got)
	}
}

func TestAGoodCheckEndsATimeOut(t *testing.T) {
	h := newHealth()
	lose(h, 0, 3)
	fail(h, 0, fromInside, 3)
	h.checked(at(0), true)
	h.checked(at(0), true)
	if !up(h, 0, fromInside) {
		t.Error("still out")
	}
}

// An address that nobody asks is known by its checks alone, an interval apart: it is away after two.
func TestTwoChecksInARowThatCannotConnectAreEnough(t *testing.T) {
	h := newHealth()
	if h.checkLost(at(0)) {
		t.Error("out after one")
	}
	h.reached(at(1))
	if h.checkLost(at(2)) || h.unreachable() {
		t.Error("out after two with a connection between")
	}
	if !h.checkLost(at(3)) || !h.unreachable() {
		t.Error("not out after two")
	}
	h.reached(at(4))
	if h.unreachable() || h.checkLost(at(5)) {
		t.Error("the count goes on behind a connection")
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
		if o := f.choose(epoch, fromInside, nil); o != f.origins[1] {
			t.Fatal("not the least busy one")
		}
	}
	f.choose(epoch, fromInside, nil)
	f.choose(epoch, fromInside, nil)
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
		o := f.choose(epoch, fromInside, nil)
		o.done()
		count[o]++
	}
	for _, n := range count {
		if n != 100 {
			t.Errorf("the work was shared %v", count)
		}
	}
}

func TestABetterAddressComesFirstAndTheLastIsNeverLeftOut(t *testing.T) {
	f := newFleet(3)
	lost, failing, fine := f.origins[0], f.origins[1], f.origins[2]
	lose(&lost.health, 0, 3)
	fail(&failing.health, 0, fromInside, 3)
	for range 4 {
		if o := f.choose(epoch, fromInside, nil); o != fine {
			t.Fatal("one that is out was chosen")
		}
	}
	if o := f.choose(epoch, fromInside, []*origin{fine}); o != failing {
		t.Error("without it, the one that can at least be connected to was not")
	}
	if o := f.choose(epoch, fromInside, []*origin{fine, failing}); o != lost {
		t.Error("nor the last one")
	}
	if o := f.choose(epoch, fromInside, f.origins); o != nil {
		t.Error("one was chosen although none is left")
	}
	for _, o := range f.origins {
		o.health.checked(epoch, false)
		o.health.checked(epoch, false)
	}
	if o := f.choose(epoch, fromInside, nil); o != nil {
		t.Error("one was chosen although the check says that all are down")
	}
}

func TestALoneAddressIsAskedWhateverRequestsSay(t *testing.T) {
	f := newFleet(1)
	o := f.origins[0]
	lose(&o.health, 0, 10)
	for range 3 {
		if f.choose(epoch, fromInside, nil) != o {
			t.Fatal("it was left out")
		}
	}
	if f.choose(epoch, fromInside, f.origins) != nil {
		t.Error("it was chosen twice")
	}
	o.health.checked(epoch, false)
	o.health.checked(epoch, false)
	if f.choose(epoch, fromInside, nil) != nil {
		t.Error("it was asked although the check says that it is down")
	}
}

func TestWhoFailsToTheEndHasNoOneWhoRelievesHim(t *testing.T) {
	f := newFleet(2)
	a, b := f.origins[0], f.origins[1]
	if !f.relieves(a, fromInside, epoch) {
		t.Error("one that is up does not count")
	}
	b.health.failed(epoch, fromInside, 1, true)
	if f.relieves(a, fromInside, epoch) || !f.relieves(a, fromOutside, epoch) {
		t.Error("one that failed the last request of the class counts")
	}
	b.health.answered(epoch, fromInside)
	lose(&b.health, 0, 3)
	if f.relieves(a, fromInside, epoch) {
		t.Error("one that cannot be connected to counts")
	}
}

func TestAnAddressThatStartsSlowlyGetsItsShare(t *testing.T) {
	f := newFleet(2)
	h := &f.origins[0].health
	h.checked(epoch, false)
	h.checked(epoch, false)
	h.checked(epoch, true)
	h.checked(epoch, true)
	for range 110 {
		f.choose(at(time.Second), fromInside, nil)
	}
	if n := f.origins[0].inFlight.Load(); n < 5 || n > 15 {
		t.Errorf("it got %d of 110 at a tenth of its load", n)
	}
	if got := f.slowStartShare(at(time.Second)); got != 1 {
		t.Errorf("a peer at full share leaves the room a share of %v", got)
	}
	lone := newFleet(1)
	lone.origins[0].health.checked(epoch, false)
	lone.origins[0].health.checked(epoch, false)
	lone.origins[0].health.checked(epoch, true)
	lone.origins[0].health.checked(epoch, true)
	if got := lone.slowStartShare(at(5 * time.Second)); got != 0.5 {
		t.Errorf("a lone origin half way through has a share of %v", got)
	}
}
