package history

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// noon is the beginning of a step, of a minute and of an hour.
const noon = 1_900_000_800_000

// figures are those of a room in which so many wait and so many have joined.
func figures(wait, come float64) Figures {
	f := unknown()
	f[store], f[waiting], f[joined], f[factor], f[openingKey] = 1, wait, come, 1, 7
	return f
}

func noonAnd(d time.Duration) time.Time { return time.UnixMilli(noon).Add(d) }

// note notes figures at a time after noon.
func (r *Ring) note(d time.Duration, f Figures) { r.Note(noonAnd(d).UnixMilli(), f) }

// same compares values, of which NaN is like NaN.
func sameValues(got []Value, want ...float64) bool {
	if len(got) != len(want) {
		return false
	}
	for i, w := range want {
		if g := float64(got[i]); g != w && !(math.IsNaN(g) && math.IsNaN(w)) {
			return false
		}
	}
	return true
}

func wantColumn(t *testing.T, a *Answer, name string, want ...float64) {
	t.Helper()
	if got := a.Columns[name]; !sameValues(got, want...) {
		t.Errorf("%s is %v, want %v", name, got, want)
	}
}

func TestAPointIsTheWorstOfItsSteps(t *testing.T) {
	r := New()
	for i, wait := range []float64{10, 40, 20, 5, 6, 7} {
		f := figures(wait, float64(100*(i+1)))
		if i == 1 {
			f[factor] = 0.25
		}
		r.note(time.Duration(i)*Step, f)
		f[waiting], f[factor] = 1, 1 // of a later look at the same step
		r.note(time.Duration(i)*Step+5*time.Second, f)
	}
	a := r.Ask(noonAnd(59*time.Second), time.Minute, 2)
	if a.Step != 30 || !a.From.Equal(noonAnd(0)) {
		t.Errorf("%d s from %v on, want 30 s from noon on", a.Step, a.From)
	}
	wantColumn(t, &a, "t", noon/1000, noon/1000+30)
	wantColumn(t, &a, "waiting", 40, 7)
	wantColumn(t, &a, "factor", 0.25, 1)
	wantColumn(t, &a, "joined", 600, 600)
	wantColumn(t, &a, "wait_low", math.NaN(), math.NaN())
	if _, shown := a.Columns["opening"]; shown || len(a.Columns) != int(width) {
		t.Errorf("%d columns, the name of the opening among them: %v", len(a.Columns), shown)
	}
}

func TestWhatIsNotKnownIsAGap(t *testing.T) {
	r := New()
	r.note(0, figures(3, 50))
	r.note(Step, figures(4, 56))
	away := unknown()
	away[store] = 0
	r.note(2*Step, away)
	// Nobody looks in the fourth step, and in the fifth the store is back.
	r.note(4*Step, figures(5, 90))
	r.note(5*Step, figures(5, 91))
	nan := math.NaN()
	a := r.Ask(noonAnd(5*Step), time.Minute, 100)
	wantColumn(t, &a, "store", 1, 1, 0, nan, 1, 1)
	wantColumn(t, &a, "waiting", 3, 4, nan, nan, 5, 5)
	wantColumn(t, &a, "joined", nan, 36, nan, nan, nan, 6)
	text, err := json.Marshal(a.Columns["joined"])
	if err != nil || string(text) != "[null,36,null,null,null,6]" {
		t.Errorf("%s, %v", text, err)
	}
	var back []Value
	if err := json.Unmarshal(text, &back); err != nil || !sameValues(back, nan, 36, nan, nan, nan, 6) {
		t.Errorf("read back: %v, %v", back, err)
	}
}

func TestTotalsThatBeginAgain(t *testing.T) {
	r := New()
	for i, step := range []struct{ joined, booked, opening float64 }{
		{100, 10, 7}, {110, 9, 7}, {4, 12, 7}, {5, 2, 8}, // one given back; a lost store; the next opening
	} {
		f := figures(1, step.joined)
		f[booked], f[openingKey] = step.booked, step.opening
		r.note(time.Duration(i)*Step, f)
	}
	a := r.Ask(noonAnd(3*Step), time.Minute, 100)
	for _, name := range []string{"joined", "booked"} {
		a.Columns[name] = a.Columns[name][len(a.Columns[name])-3:]
	}
	wantColumn(t, &a, "joined", 60, 24, 6)
	wantColumn(t, &a, "booked", -6, 18, 12)
}

func TestARingForgetsWhatIsOlderThanItReaches(t *testing.T) {
	r := New()
	for i := range slots + 10 {
		r.note(time.Duration(i)*Step, figures(float64(i), 0))
	}
	end := time.Duration(slots+9) * Step
	a := r.Ask(noonAnd(end), 100*time.Hour, 10_000)
	last := a.Columns["waiting"][len(a.Columns["waiting"])-1]
	if len(a.Columns["t"]) > MaxPoints || last != Value(slots+9) {
		t.Errorf("%d points, the last one %v", len(a.Columns["t"]), last)
	}
	if _, ok := r.at(noon/stepMS + 8); ok {
		t.Error("a step that is older than the ring is known")
	}
	if _, ok := r.at(noon/stepMS + 10); !ok {
		t.Error("the oldest step is not known")
	}
}

func TestAClockThatWasSetBackWritesOverWhatIsAhead(t *testing.T) {
	r := New()
	r.note(5*Step, figures(50, 0))
	r.note(2*Step, figures(20, 0))
	r.note(3*Step, figures(30, 0))
	r.note(5*Step, figures(5, 0)) // it comes by again, and the worst of both counts
	nan := math.NaN()
	a := r.Ask(noonAnd(5*Step), time.Minute, 100)
	wantColumn(t, &a, "waiting", nan, nan, 20, 30, nan, 50)
}

func TestARoomIsLookedAt(t *testing.T) {
	v := &queue.View{Known: true, Snapshot: queue.Snapshot{
		Waiting: 12, Front: 1, Calls: 2, Asking: 3, Live: 40, Counted: 38_500, Gateways: 2, Joined: 100, Admitted: 80, Finished: 60, Left: 5,
		Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60}}, Opening: queue.NewOpening(),
		Judgement: queue.Verdict{Factor: 500},
	}}
	v.Snapshot.Opening.Booked = 30
	v.Wait.Yield = 1
	v.Snapshot.Sketches[0].Waiting = 12
	now := int64(noon)
	r := Recorder{Ring: New(), View: func() *queue.View { return v }, Now: func() int64 { return now }}
	r.Look()
	seen, ok := r.Ring.at(noon / stepMS)
	if !ok {
		t.Fatal("nothing was noted")
	}
	want := unknown()
	want[store], want[waiting], want[front], want[lobby], want[calls], want[asking], want[inside], want[counted] = 1, 12, 1, 0, 2, 3, 40, 38.5
	want[asked], want[factor], want[gateways] = 60, 0.5, 2
	want[joined], want[admitted], want[finished], want[left], want[booked] = 100, 80, 60, 5, 30
	want[kept], want[early], want[late], want[openingKey] = 0, 0, 0, keyOf("")
	for c := range columns {
		switch got := seen[c]; {
		case c == waitLow || c == waitHigh:
			if math.IsNaN(got) || got <= 0 {
				t.Errorf("%s is %v", columns[c].name, got)
			}
		case got != want[c] && !(math.IsNaN(got) && math.IsNaN(want[c])):
			t.Errorf("%s is %v, want %v", columns[c].name, got, want[c])
		}
	}

	v.Stale, now = 1, now+stepMS
	r.Look()
	seen, _ = r.Ring.at(noon/stepMS + 1)
	if seen[store] != 0 || !math.IsNaN(seen[waiting]) {
		t.Errorf("while the store is away: store %v, waiting %v", seen[store], seen[waiting])
	}
}
