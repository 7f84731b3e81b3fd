package queue

import (
	"testing"
	"time"
)

// lineAt is a view of a line of 3,000 places at one a second, whose head is at an order.
func lineAt(now int64, head Order) *View {
	f := Snapshot{
		Now: now, Epoch: 1, Last: 3000, Opening: NewOpening(), Judgement: Verdict{Factor: 1000},
		Document: Document{Pace: Pace{Mode: ModeRun, Rate: 60, Burst: 1}, Timing: DefaultTiming()},
	}
	f.Heads[0] = OrderOf(1, 0) + head
	f.Waiting = 3000 - int64(head)
	s := Sketch{Waiting: f.Waiting, End: OrderOf(1, 3000)}
	for i := range min(f.Waiting, SketchExact) {
		s.First = append(s.First, f.Heads[0]+1+Order(i))
	}
	for _, r := range SketchRanks(f.Waiting) {
		s.Samples = append(s.Samples, f.Heads[0]+1+Order(r))
	}
	f.Sketches[0] = s
	v := &View{Snapshot: f, Known: true, Wait: Wait{Flow: Flow{Yield: 1}, factors: nothingLearned().factors}}
	return v
}

// play lets the head move at so many places a second and answers what came of the promises of the first moment.
func play(t *testing.T, speed float64) outcomes {
	t.Helper()
	var l ledger
	learn := nothingLearned().factors
	start := int64(1_000_000)
	v := lineAt(start, 0)
	l.score(&v.Snapshot, &learn)
	l.note(v)
	if len(l.open) != 6 {
		t.Fatalf("%d promises in a line of 50 minutes, want one for each of 1, 2, 4, 8, 16 and 32", len(l.open))
	}
	var sum outcomes
	for ms := int64(0); len(l.open) > 0; ms += JudgeTick {
		w := lineAt(start+ms, Order(min(2999, float64(ms)/1000*speed)))
		l.score(&w.Snapshot, &learn)
		last := l.of(w.Snapshot.Now/JudgeTick - 1)
		sum.kept, sum.early, sum.late = sum.kept+last.told.kept, sum.early+last.told.early, sum.late+last.told.late
	}
	sum.kept, sum.early, sum.late = sum.kept+l.now.told.kept, sum.early+l.now.told.early, sum.late+l.now.told.late
	return sum
}

func TestALineThatMovesAsThoughtKeepsWhatItPromised(t *testing.T) {
	if got := play(t, 1); got != (outcomes{kept: 6}) {
		t.Errorf("%+v", got)
	}
	if got := play(t, 3); got.early < 5 || got.late != 0 {
		t.Errorf("three times as fast: %+v", got)
	}
	if got := play(t, 0.2); got != (outcomes{late: 6}) {
		t.Errorf("a fifth as fast: %+v", got)
	}
}

// Bad news is learned when it is known, not when the head comes at last.
func TestALineThatStandsIsLateAtOnce(t *testing.T) {
	var l ledger
	learn := nothingLearned().factors
	v := lineAt(1_000_000, 0)
	l.score(&v.Snapshot, &learn)
	l.note(v)
	v = lineAt(1_000_000+3*60_000, 0)
	l.score(&v.Snapshot, &learn)
	if got := l.now.told.late; got != 2 {
		t.Errorf("%d promises are late after three minutes without a call, want those of one and two minutes", got)
	}
}

func TestPromisesEndWithTheirLine(t *testing.T) {
	for name, change := range map[string]func(*Snapshot){
		"a new epoch":             func(f *Snapshot) { f.Epoch++ },
		"the end of the opening":  func(f *Snapshot) { f.Opening.Phase = PhaseClosed },
		"between two openings":    func(f *Snapshot) { f.Opening.Phase = PhaseLine },
		"no waiting room is open": func(f *Snapshot) { f.Opening.Phase = PhaseThrough },
	} {
		var l ledger
		learn := nothingLearned().factors
		v := lineAt(1_000_000, 0)
		l.score(&v.Snapshot, &learn)
		l.note(v)
		v = lineAt(1_000_000+10*60_000, 0)
		change(&v.Snapshot)
		l.score(&v.Snapshot, &learn)
		if n := l.now.ended(); n != 0 || len(l.open) != 0 {
			t.Errorf("%s: %d promises were scored and %d kept", name, n, len(l.open))
		}
	}
}

func TestALineDrainsByItsPlan(t *testing.T) {
	v := lineAt(1_000_000, 0)
	v.Snapshot.Opening.Name, v.Snapshot.Opening.Share = "monday", 250
	step := func(at time.Duration, share int64, phase Phase) Step {
		return Step{
			At: v.Snapshot.Now + at.Milliseconds(), Opening: "monday", Rank: 9, Phase: phase, SetShare: share > 0, Share: share,
		}
	}
	for name, tt := range map[string]struct {
		plan    []Step
		leaving float64
		want    float64
	}{
		"no more steps":         {nil, 0, 400},
		"full after a minute":   {[]Step{step(time.Minute, 1000, PhaseOpen)}, 0, 60 + 85},
		"in two steps":          {[]Step{step(time.Minute, 500, PhaseOpen), step(2*time.Minute, 1000, PhaseOpen)}, 0, 120 + 55},
		"a step that is late":   {[]Step{step(time.Hour, 1000, PhaseOpen)}, 0, 400},
		"it closes before":      {[]Step{step(time.Minute, 0, PhaseClosed)}, 0, 400},
		"some give up":          {nil, 0.01, 160.9},
		"some, and a full pace": {[]Step{step(time.Minute, 1000, PhaseOpen)}, 0.01, 60 + 36},
	} {
		v.plan, v.Wait.Leaving = tt.plan, tt.leaving
		if got := v.drainBy(100, 0.25); got < tt.want-1 || got > tt.want+1 {
			t.Errorf("%s: %.1f s, want %.1f", name, got, tt.want)
		}
	}
}
