package queue

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestLearnedIsReadAsItWasWritten(t *testing.T) {
	l := nothingLearned()
	l.Promises = Promises{Kept: 90, Early: 4, Late: 6, Recent: 100, RecentKept: 90}
	l.Yield, l.Leaving = 1.25, 0.00002
	l.factors[byRoom][3] = factor{Low: -700_000, High: 900_000}
	got, ok := parseLearned(l.encode())
	if !ok || got != l {
		t.Fatalf("%+v, %v: want %+v", got, ok, l)
	}
}

func TestLearnedThatCannotBeIsNotBelieved(t *testing.T) {
	l := nothingLearned()
	good := l.encode()
	for name, text := range map[string]string{
		"nothing":            "",
		"a number too few":   good[:strings.LastIndexByte(good, ',')],
		"a number too many":  good + ",1",
		"no number":          strings.Replace(good, ",", ",x", 1),
		"a count below zero": "-1" + good[1:],
		"a low bound above":  good[:strings.LastIndexByte(good, ',')] + ",-5",
	} {
		if _, ok := parseLearned(text); ok {
			t.Errorf("%s: %q was believed", name, text)
		}
	}
}

// Whatever the errors of the estimate are, the ranges end at the width that misses as often as was asked for.
func TestRangesBecomeAsWideAsTheyMustBe(t *testing.T) {
	for name, sd := range map[string]float64{"a steady line": 0.05, "an unsteady line": 0.6} {
		random := rand.New(rand.NewPCG(7, 7))
		l := nothingLearned()
		var missed, all float64
		for round := range 60_000 {
			x := random.NormFloat64()*sd + 0.1 // and the estimate is short by a tenth
			low, high := l.factors.of(byRate, 240)
			var s scores
			switch by := &s.by[byRate][2]; {
			case x > high:
				by.late++
			case x < low:
				by.early++
			default:
				by.kept++
			}
			if round >= 30_000 {
				all++
				missed += float64(s.by[byRate][2].early + s.by[byRate][2].late)
			}
			l.learn(&s)
		}
		share := missed / all
		if want := float64(missShare) / million; name == "an unsteady line" && math.Abs(share-want) > 0.01 {
			t.Errorf("%s: %.3f missed, want %.3f", name, share, want)
		} else if share > want+0.01 {
			t.Errorf("%s: %.3f missed, want %.3f at most", name, share, want)
		}
		other, was := l.factors[byRoom], nothingLearned().factors[byRoom]
		if other != was {
			t.Errorf("%s: full rooms learned from others", name)
		}
	}
}

func TestPromisesAreCounted(t *testing.T) {
	l := nothingLearned()
	for range 30 {
		l.learn(&scores{told: outcomes{kept: 90, early: 4, late: 6}})
	}
	if l.Kept != 2700 || l.Early != 120 || l.Late != 180 {
		t.Errorf("%+v", l.Promises)
	}
	if l.Recent >= recentPromises || l.Recent < recentPromises/2 || l.RecentKept*10 != l.Recent*9 {
		t.Errorf("recently %d of %d", l.RecentKept, l.Recent)
	}
}

func FuzzParseJudged(f *testing.F) {
	l := nothingLearned()
	f.Add(joinJudged(7, l.encode(), "health"))
	f.Add(joinJudged(7, (&scores{told: outcomes{kept: 1}}).encode(), ""))
	f.Add("2\nof another release")
	f.Fuzz(func(t *testing.T, text string) {
		_, wait, _ := splitJudged(text)
		if l, ok := parseLearned(wait); ok {
			if again, ok := parseLearned(l.encode()); !ok || again != l {
				t.Errorf("%+v is read as %+v, %v", l, again, ok)
			}
			for b := range 10 {
				low, high := l.factors.span(byRate, float64(int64(30)<<b))
				if low < 0 || high <= low {
					t.Errorf("a range from %v to %v", low, high)
				}
			}
		}
		if s, ok := parseScores(wait); ok {
			if again, ok := parseScores(s.encode()); s.ended() != 0 && (!ok || again != s) {
				t.Errorf("%+v is read as %+v, %v", s, again, ok)
			}
		}
	})
}
