package queue

import (
	"math"
	"testing"
)

// walk feeds a usage with a snapshot each 250 ms for some seconds. each changes the next view by the number of the snapshot.
type walk struct {
	u    usage
	view View
	now  int64
	last Usage
}

func newWalk(rate int64) *walk {
	w := &walk{now: 1_000_000}
	f := &w.view.Snapshot
	f.Document.Pace, f.Opening, f.Judgement.Factor, f.Waiting = Pace{Mode: ModeRun, Rate: rate}, NewOpening(), 1000, 5000
	w.view.At, w.view.Known = w.now, true
	return w
}

// step takes one snapshot a time later. set changes the room as it is then; what was before decided about the time.
func (w *walk) step(ms int64, set func(v *View)) {
	old := w.view
	w.now += ms
	w.view.At = w.now
	w.view.Snapshot.Now += ms
	w.view.Stale = 0
	set(&w.view)
	w.last = w.u.add(&w.view, &old, w.now, true)
}

// run goes on for some seconds at so many entries a second.
func (w *walk) run(seconds int, perSecond float64) {
	begun := w.view.Snapshot.Admitted
	for i := 1; i <= 4*seconds; i++ {
		w.step(250, func(v *View) { v.Snapshot.Admitted = begun + int64(perSecond*float64(i)/4) })
	}
}

func (w *walk) want(t *testing.T, possible, used float64, lost map[Loss]float64) {
	t.Helper()
	near := func(got, want float64) bool { return math.Abs(got-want) <= 0.02*possible+0.01 }
	if !near(w.last.Possible, possible) || !near(w.last.Used, used) {
		t.Errorf("%.1f of %.1f entries used, want %.1f of %.1f", w.last.Used, w.last.Possible, used, possible)
	}
	for l := range Losses {
		if !near(w.last.Lost[l], lost[l]) {
			t.Errorf("%v: %.1f lost, want %.1f", l, w.last.Lost[l], lost[l])
		}
	}
}

func TestAllThatWasPossibleWasUsed(t *testing.T) {
	w := newWalk(30)
	w.run(600, 0.5)
	w.want(t, 300, 300, nil)
	if ratio, known := w.last.Ratio(); !known || ratio < 0.98 {
		t.Errorf("ratio %v, known: %v", ratio, known)
	}
}

func TestEachLossHasItsReason(t *testing.T) {
	for loss, set := range map[Loss]func(v *View){
		LossTurns:  func(*View) {},
		LossFull:   func(v *View) { v.Wait.Full = true },
		LossHealth: func(v *View) { v.Snapshot.Judgement.Factor = 200 },
		LossPaused: func(v *View) { v.Snapshot.Document.Pace.Mode = ModePause },
		LossHold:   func(v *View) { v.Snapshot.Hold = 1 << 50 },
	} {
		w := newWalk(30)
		set(&w.view)
		w.run(600, 0.1)
		w.want(t, 300, 60, map[Loss]float64{loss: 240})
		if main, lost := w.last.Main(); !lost || main != loss {
			t.Errorf("%v is said for %v (%v)", main, loss, lost)
		}
	}
}

// A full room before a site that is held back loses to both.
func TestHealthAndAFullRoomShareALoss(t *testing.T) {
	w := newWalk(60)
	w.view.Snapshot.Judgement.Factor, w.view.Wait.Full = 700, true
	w.run(600, 0.2)
	w.want(t, 600, 120, map[Loss]float64{LossHealth: 180, LossFull: 300})
}

func TestNobodyWhoWaitsIsNoLoss(t *testing.T) {
	for what, set := range map[string]func(f *Snapshot){
		"nobody waits":    func(f *Snapshot) { f.Waiting = 0 },
		"closed":          func(f *Snapshot) { f.Opening.Phase = PhaseClosed },
		"between":         func(f *Snapshot) { f.Opening.Phase = PhaseLine },
		"sold out":        func(f *Snapshot) { f.Opening.Quota, f.Opening.Booked = 5, 5 },
		"a rate of 0":     func(f *Snapshot) { f.Document.Pace.Rate = 0 },
		"no share of it":  func(f *Snapshot) { f.Opening.Share = 0 },
		"straight in, 3s": func(f *Snapshot) { f.Waiting, f.Judgement.Factor = 0, 500 },
	} {
		w := newWalk(60)
		set(&w.view.Snapshot)
		w.run(600, 0.5)
		w.want(t, 0, 0, nil)
		if ratio, known := w.last.Ratio(); known {
			t.Errorf("%s: ratio %v", what, ratio)
		}
	}
	w := newWalk(60)
	w.run(300, 1)
	w.view.Snapshot.Waiting = 0
	w.run(200, 0)
	w.want(t, 300, 300, nil)
}

func TestThePlansShareIsWhatIsPossible(t *testing.T) {
	w := newWalk(60)
	w.view.Snapshot.Opening.Share = 250
	w.run(600, 0.25)
	w.want(t, 150, 150, nil)
}

func TestTenMinutesAreLookedBack(t *testing.T) {
	w := newWalk(60)
	w.view.Snapshot.Document.Pace.Mode = ModePause
	w.run(600, 0)
	w.want(t, 600, 0, map[Loss]float64{LossPaused: 600})
	w.view.Snapshot.Document.Pace.Mode = ModeRun
	w.run(300, 1)
	w.want(t, 600, 300, map[Loss]float64{LossPaused: 300})
	w.run(310, 1)
	w.want(t, 600, 600, nil)
	w.view.Snapshot.Waiting = 0
	w.run(610, 0)
	w.want(t, 0, 0, nil)
}

// Those who were called last go in when nobody waits any more, and a burst takes place at once: neither is a loss.
func TestEntriesThatComeLateOrAtOnceAreNoLoss(t *testing.T) {
	w := newWalk(60)
	w.run(30, 0)
	w.view.Snapshot.Waiting, w.view.Snapshot.Calls = 0, 30
	w.step(250, func(v *View) { v.Snapshot.Admitted += 30; v.Snapshot.Calls = 0 })
	w.want(t, 30, 30, nil)

	w = newWalk(60)
	w.step(250, func(v *View) { v.Snapshot.Admitted += 13; v.Wait.Full = true })
	w.step(250, func(v *View) { v.Wait.Full = false })
	w.run(12, 0)
	w.want(t, 12.5, 12.5, nil)
}

func TestTheTimeWithoutAStoreIsLostWhereTheLineIsHeld(t *testing.T) {
	w := newWalk(60)
	w.run(60, 1)
	w.view.Stale = w.now
	w.step(120_000, func(*View) {})
	w.want(t, 180, 60, map[Loss]float64{LossStore: 120})
	// Others may have had the store.
	w.view.Stale = w.now
	w.step(60_000, func(v *View) { v.Snapshot.Admitted += 60 })
	w.want(t, 240, 120, map[Loss]float64{LossStore: 120})

	local := newWalk(60)
	local.run(60, 1)
	old := local.view
	old.Stale = local.now
	local.last = local.u.add(&local.view, &old, local.now+120_000, false)
	local.want(t, 60, 60, nil) // nobody knows here whom the others have let in
}

// A store that was lost counts from 0 again, and its clock may jump.
func TestALostStoreChangesNothingOfWhatWasUsed(t *testing.T) {
	w := newWalk(60)
	w.run(300, 1)
	w.step(250, func(v *View) { v.Snapshot.Admitted, v.Snapshot.Now = 0, 5 })
	w.run(60, 1)
	w.want(t, 360, 360, nil)
}

func TestLossesHaveNames(t *testing.T) {
	for l := range Losses {
		if l.String() == "" {
			t.Errorf("loss %d has no name", l)
		}
	}
	if got := Losses.String(); got != "loss(6)" {
		t.Error(got)
	}
}
