package scenarios

import (
	"strings"
	"testing"
	"time"
)

func TestEveryMorningCanHaveStrangersOfEveryKind(t *testing.T) {
	for _, plain := range All() {
		s := WithStrangers(plain)
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
		x := s.Strangers
		if len(x.Loads) != 2 || x.Silent == 0 || x.Parked == 0 || x.Copied == 0 || x.AtOnce == 0 || x.Return == 0 || !x.Any() {
			t.Errorf("%s: %+v", s.Name, x)
		}
		if plain.Strangers.Any() || s.Name == plain.Name {
			t.Errorf("%s has strangers of its own", plain.Name)
		}
		if l := x.Loads[1]; l.Count() != int(l.To.Sub(l.From).Seconds()*20*s.Factor) {
			t.Errorf("%s: %d page loads at twenty a second", s.Name, l.Count())
		}
	}
}

func TestStrangersThatCannotBePlayedAreNamed(t *testing.T) {
	for want, spoil := range map[string]func(*Strangers, *Scenario){
		"loads[0]":   func(x *Strangers, s *Scenario) { x.Loads[0].From = s.Starts.Add(-time.Second) },
		"loads[1]":   func(x *Strangers, _ *Scenario) { x.Loads[1].PerMinute = -1 },
		"parked":     func(x *Strangers, _ *Scenario) { x.ParkedEvery = 0 },
		"silent":     func(x *Strangers, _ *Scenario) { x.Silent = -1 },
		"at_once":    func(x *Strangers, _ *Scenario) { x.AtOnce = 1.5 },
		"return_in:": func(x *Strangers, _ *Scenario) { x.ReturnIn = 0 },
	} {
		s := WithStrangers(Memmingen())
		spoil(&s.Strangers, &s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "strangers.") || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestWhatStrangersAndCrashesMayNotCostIsJudged(t *testing.T) {
	s := WithCrashes(WithStrangers(Memmingen()))
	good := func() *Result {
		return &Result{
			Gate: true, People: People{All: 10},
			Line:   Line{Tickets: 14, Called: 12},
			Nobody: Nobody{Loads: 4, Numbers: 4, Copies: 1, Unclaimed: 6, Entries: 2, Crashes: 3, Skipped: 3000},
		}
	}
	broken := func(r *Result) string {
		var all []string
		for _, e := range s.Expect {
			if kept, _ := e.Holds(r); !kept {
				all = append(all, e.Promise)
			}
		}
		return strings.Join(all, "; ")
	}
	if text := broken(good()); text != "" {
		t.Fatalf("broken by what may be: %s", text)
	}
	for want, spoil := range map[string]func(*Result){
		"numbers go on":       func(r *Result) { r.Line.Tickets = 15 },
		"no second stay":      func(r *Result) { r.Nobody.SecondStays, r.Nobody.Crashes = 1, 0 },
		"at most two calls":   func(r *Result) { r.Nobody.Unclaimed = 7 },
		"since the last save": func(r *Result) { r.Nobody.Overdrawn = 1 },
	} {
		r := good()
		spoil(r)
		if text := broken(r); !strings.Contains(text, want) {
			t.Errorf("%q is broken, want %q", text, want)
		}
	}
}
