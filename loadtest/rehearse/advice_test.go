package rehearse

import (
	"strings"
	"testing"
	"time"
)

func TestARateThatWasNotConfirmedIsNotAdvisedNextToABadOne(t *testing.T) {
	c := Config{}.withDefaults()
	for _, each := range []struct {
		what string
		r    Result
		rate int64
		want string
	}{
		{"interrupted while all was well", Result{Best: 100, Below: 50}, 80, "not confirmed"},
		{"a higher one was bad", Result{Best: 100, Below: 50, Bad: 120, Steps: []Step{{Rate: 120, Why: "2.0 % errors"}}}, 40, "120 a minute was bad: 2.0 % errors"},
		{"nothing lower was tried", Result{Best: 6, Bad: 9, Steps: []Step{{Rate: 9, Why: "slow"}}}, 0, "--first"},
		{"nothing was tried", Result{Steps: []Step{{Rate: 6, Why: "interrupted"}}}, 0, "ended before"},
		{"the first was bad", Result{Bad: 6, Steps: []Step{{Rate: 6, Why: "slow"}}}, 0, "--first"},
	} {
		each.r.Long = time.Second
		if a := advise(&c, &each.r); a.Rate != each.rate || !strings.Contains(a.Why, each.want) {
			t.Errorf("%s: %d, want %d and %q in\n%s", each.what, a.Rate, each.rate, each.want, a.Why)
		}
	}
}

func TestAPlaceIsHeldWhileSomebodyComes(t *testing.T) {
	c := Config{}.withDefaults() // idle 0: the site ends visits
	r := Result{Confirmed: 600, Visit: time.Second, Long: 2 * time.Second, Steps: []Step{{}}}
	a := advise(&c, &r)
	// 480 a minute of whom each holds a place for the 3 s of a poll and a second.
	if a.MaxInside < 480*4/60 || a.MaxInside > 480*8/60 {
		t.Errorf("max inside %d at %d a minute", a.MaxInside, a.Rate)
	}
}

func TestWhereAScriptIsLedAwayIsTold(t *testing.T) {
	c := Config{}.withDefaults()
	r := Result{Confirmed: 10, Steps: []Step{{Requests: 30, Redirects: 15}}}
	if a := advise(&c, &r); !strings.Contains(a.Why, "login") {
		t.Error(a.Why)
	}
}
