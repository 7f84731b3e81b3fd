package admission

import (
	"math"
	"strings"
	"testing"
)

// after is what is known after places of which each takes so many, in turn.
func after(places int, takes ...float64) (c Chance) {
	for i := range places {
		x := takes[i%len(takes)]
		c.Add(1, x, x*x)
	}
	return c
}

func TestNothingIsSaidBeforeThirtyPlacesAreOver(t *testing.T) {
	c := after(29, 1)
	if _, known := c.Of(1, 1000); known {
		t.Error("after 29 places")
	}
	c.Add(1, 1, 1)
	if _, known := c.Of(1, 1000); !known {
		t.Error("not after 30")
	}
}

func TestTheChanceFollowsWhatPlacesTake(t *testing.T) {
	c := after(600, 1, 0) // every other place takes one
	for _, tc := range []struct {
		ahead, left int64
		low, high   float64
	}{
		{0, 1, 1, 1},
		{0, 0, 0, 0},
		{10, 0, 0, 0},
		{100, 1000, 0.999, 1},
		{100, 50, 0.4, 0.55},
		{100, 60, 0.85, 0.97},
		{100, 40, 0.03, 0.15},
		{1000, 100, 0, 0.001},
	} {
		if p, _ := c.Of(tc.ahead, tc.left); p < tc.low || p > tc.high {
			t.Errorf("%d ahead, %d left: %.3f, want %g to %g", tc.ahead, tc.left, p, tc.low, tc.high)
		}
	}
	// By hand: θ = (S+5)/(n+10), s² = (S2+6)/(n+10)-θ², with half-life 300.
	c = Chance{Over: 100, Places: 90, Taken: 45, Squares: 45}
	mean, spread := 0.5, 0.51-0.25
	want := 0.5 * math.Erfc(-((30-0.5-40*mean)/math.Sqrt(40*spread+1600*(spread/100+0.0025)))/math.Sqrt2)
	if p, _ := c.Of(40, 30); math.Abs(p-want) > 1e-12 {
		t.Errorf("%v, want %v", p, want)
	}
	// Further back is never better, and more left never worse.
	before := 1.0
	for a := range int64(2000) {
		p, _ := c.Of(a, 300)
		if p > before+1e-12 {
			t.Fatalf("%d ahead have a chance of %v, %d of %v", a, p, a-1, before)
		}
		before = p
	}
}

func TestTheLatestPlacesCountMost(t *testing.T) {
	c := after(300, 1)
	if math.Abs(c.Places-math.Exp2(0)*216.6) > 1 || c.Over != 300 {
		t.Errorf("300 places count as %.1f", c.Places)
	}
	together := Chance{}
	together.Add(300, 300, 300)
	if math.Abs(together.Places-c.Places) > 1e-6 || math.Abs(together.Taken-c.Taken) > 1e-6 {
		t.Errorf("together %+v, one by one %+v", together, c)
	}
	old := c.Taken
	c.Add(300, 0, 0)
	if math.Abs(c.Taken-old/2) > 1e-6 {
		t.Errorf("half a life later %v, want half of %v", c.Taken, old)
	}
	c.Add(0, -1e9, 0)
	if c.Taken != 0 {
		t.Error("less than nothing was taken")
	}
}

func TestAWordIsTakenBackOnlyBehindItsEdge(t *testing.T) {
	for _, tc := range []struct {
		p            float64
		before, want Word
	}{
		{0.05, NoWord, Little},
		{0.1, NoWord, Some},
		{0.5, NoWord, Most},
		{0.9, NoWord, Usually},
		{1, NoWord, Usually},
		{0.5, Words + 3, Most},
		{0.91, Most, Most},
		{0.93, Most, Usually},
		{0.88, Usually, Usually},
		{0.86, Usually, Most},
		{0.54, Some, Some},
		{0.55, Some, Most},
		{0.46, Most, Most},
		{0.44, Most, Some},
		{0.12, Little, Little},
		{0.13, Little, Some},
		{0.08, Some, Some},
		{0.06, Some, Little},
		{0, Usually, Little},
		{1, Little, Usually},
	} {
		if got := WordOf(tc.p, tc.before); got != tc.want {
			t.Errorf("%v after %q: %q, want %q", tc.p, tc.before, got, tc.want)
		}
	}
}

func TestWordsAreScored(t *testing.T) {
	var s, all Scores
	s.Note(0.95, true)
	s.Note(0.6, false)
	all.Add(&s)
	all.Note(0.05, false)
	brier, known := all.Brier()
	if want := (0.05*0.05 + 0.6*0.6 + 0.05*0.05) / 3; !known || math.Abs(brier-want) > 1e-12 {
		t.Errorf("Brier %v, want %v", brier, want)
	}
	if all.Told != [Words]int64{0, 1, 0, 1, 1} || all.Got != [Words]int64{0, 0, 0, 0, 1} {
		t.Errorf("%+v", all)
	}
	if _, known := (&Scores{}).Brier(); known {
		t.Error("nobody was told anything, and it is scored")
	}
}

func TestTheChanceTravelsInTheStateAndOlderTextsHaveNone(t *testing.T) {
	s := State{Pace: 1000, Chances: &Chances{Chance: after(50, 1, 0)}}
	s.Chances.Opening = "2027-06-14 08:00"
	s.Chances.Scores.Note(0.7, true)
	got := ReadState(s.Text())
	if got.Chances == nil || *got.Chances != *s.Chances {
		t.Errorf("%+v, want %+v", got.Chances, s.Chances)
	}
	if s := ReadState(`{"p":1000}`); s.Pace != 1000 || s.Chances != nil {
		t.Errorf("%+v", s)
	}
	for _, bad := range []string{`{"n":-1}`, `{"s":1e300}`, `{"w":{"t":[0,1,0,0,0],"g":[0,2,0,0,0]}}`, `{"r":-5}`, `{"o":"` + strings.Repeat("x", 65) + `"}`} {
		if s := ReadState(`{"p":1000,"h":` + bad + `}`); s.Pace != 1000 || s.Chances != nil {
			t.Errorf("%s was taken, or cost the rest: %+v", bad, s)
		}
	}
	// Where a text would be too long for the store, the chance is what is left out.
	s.Usuals, s.Window = strings.Repeat("u", 1000), strings.Repeat("w", 900)
	if text := s.Text(); len(text) > maxState || strings.Contains(text, `"h":`) {
		t.Errorf("%d bytes", len(text))
	}
}
