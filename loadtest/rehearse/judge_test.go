package rehearse

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// answers are n times that vary as those of a site do, around a mean.
func answers(r *rand.Rand, n int, mean time.Duration) (*Step, *hdrhistogram.Histogram) {
	took := newTimes()
	for range n {
		_ = took.RecordValue(int64(1 + r.ExpFloat64()*float64(mean.Microseconds())))
	}
	return &Step{Requests: int64(n), Sessions: int64(n) / 2, Inside: 3}, took
}

func newTestJudge() *judge {
	cfg := Config{}.withDefaults()
	return newJudge(&cfg, true)
}

func TestASiteThatIsAsQuickAsBeforeIsGood(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	bad := 0
	for range quiet {
		j := newTestJudge()
		for n := 9; n < 500; n += n / 2 {
			if why := j.step(answers(r, n, 200*time.Millisecond)); why != "" {
				bad++
			}
		}
	}
	if bad > quiet/5 { // of ten times as many steps
		t.Errorf("%d steps were bad by chance", bad)
	}
}

func TestASiteThatHasBecomeSlowIsBad(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	missed := 0
	for range 50 {
		j := newTestJudge()
		for _, n := range []int{9, 20, 40, 80, 160, 320} {
			j.step(answers(r, n, 200*time.Millisecond))
		}
		if why := j.step(answers(r, 400, 800*time.Millisecond)); !strings.Contains(why, "p90") {
			missed++
		}
		if ok := j.ordinary(); ok < 800*time.Millisecond || ok > 1500*time.Millisecond { // the p90 is 460 ms
			t.Errorf("ordinary answers take up to %v", ok)
		}
	}
	if missed > 1 {
		t.Errorf("%d times it was good", missed)
	}
}

func TestTheQuietStateIsNotWhatABadStepShowed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	j := newTestJudge()
	j.step(answers(r, 40, 200*time.Millisecond))
	s, took := answers(r, 400, 10*time.Second)
	for range 3 {
		if j.step(s, took) == "" {
			t.Error("a site fifty times as slow is good")
		}
	}
}

func TestASiteThatPeopleWouldLeaveIsBadFromTheBeginning(t *testing.T) {
	if why := newTestJudge().step(answers(rand.New(rand.NewPCG(1, 2)), 40, 15*time.Second)); !strings.Contains(why, "do not wait") {
		t.Errorf("%q", why)
	}
}

func TestErrorsAndCrowdsAreToldFromChance(t *testing.T) {
	for _, c := range []struct {
		what string
		s    Step
		want string
	}{
		{"nothing reached the site", Step{}, "no request"},
		{"one error in a small step", Step{Requests: 9, Errors: 1, Sessions: 5}, ""},
		{"two errors in a small step", Step{Requests: 9, Errors: 2, Sessions: 5}, "22.2 % errors"},
		{"less than a hundredth", Step{Requests: 1000, Errors: 9, Sessions: 500}, ""},
		{"more than a hundredth", Step{Requests: 1000, Errors: 11, Sessions: 500}, "1.1 % errors"},
		{"three more of five", Step{Requests: 9, Sessions: 5, Inside: 3, Piled: 3}, ""},
		{"some more at a long visit", Step{Requests: 900, Sessions: 450, Inside: 100, Piled: 40}, ""},
		{"a quarter of all", Step{Requests: 900, Sessions: 450, Inside: 130, Piled: 110}, "pile up"},
		{"a pace that the gate does not keep", Step{Rate: 960, Length: time.Minute, Requests: 900, Sessions: 450}, "only 450 of 960"},
		{"a few less than the rate, by chance", Step{Rate: 60, Length: time.Minute, Requests: 90, Sessions: 40}, ""},
		{"fewer than before", Step{Requests: 900, Sessions: 450, Inside: 3, Piled: -100}, ""},
	} {
		_, took := answers(rand.New(rand.NewPCG(1, 2)), 10, time.Second)
		if why := newTestJudge().step(&c.s, took); (c.want == "") != (why == "") || !strings.Contains(why, c.want) {
			t.Errorf("%s: %q, want %q", c.what, why, c.want)
		}
	}
}
