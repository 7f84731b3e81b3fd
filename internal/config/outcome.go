package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/booking"
)

// Outcome is a rule by which a site's answer says that something was booked or given back. Its first five members are those of Finish.
type Outcome struct {
	Path     string `yaml:"path"`
	Method   string `yaml:"method"`
	Status   string `yaml:"status"`
	Redirect string `yaml:"redirect"`
	Header   string `yaml:"header"`
	// Ref is where the site's own name of it stands, in the form of booking.ParseSource; empty: it has none.
	Ref string `yaml:"ref"`
	// Count is how many it is of, in the form of booking.ParseCount; empty: one.
	Count string `yaml:"count"`
}

// when is what must be true of the answer.
func (o *Outcome) when() Finish { return Finish{o.Path, o.Method, o.Status, o.Redirect, o.Header} }

// Rule is the rule as the recogniser takes it. What Load would refuse of ref and count is left out.
func (o *Outcome) Rule() booking.Rule {
	when := o.when()
	r := when.Rule()
	r.Ref, _ = booking.ParseSource(o.Ref)    // the zero value with an error
	r.Count, _ = booking.ParseCount(o.Count) // likewise
	return r
}

// BookingRules are the rules of Bookings.
func (r *Room) BookingRules() []booking.Rule { return rulesOf(r.Bookings) }

// FreeRules are the rules of Frees.
func (r *Room) FreeRules() []booking.Rule { return rulesOf(r.Frees) }

func rulesOf(all []Outcome) []booking.Rule {
	rules := make([]booking.Rule, len(all))
	for i := range all {
		rules[i] = all[i].Rule()
	}
	return rules
}

// outcomes checks rules of bookings or of what is given back.
func (ch *checker) outcomes(at string, rules []Outcome, own string) {
	for i := range rules {
		o, here := &rules[i], fmt.Sprintf("%s[%d]", at, i)
		if _, err := booking.ParseSource(o.Ref); err != nil {
			ch.bad(here+".ref", "%v", err)
		}
		if _, err := booking.ParseCount(o.Count); err != nil {
			ch.bad(here+".count", "%v", err)
		}
		when := o.when()
		ch.rule(here, &when, o.Rule(), own)
	}
}

// commands checks which commands of the site are obeyed.
func (ch *checker) commands(at string, names []string) {
	for i, name := range names {
		here := fmt.Sprintf("%s[%d]", at, i)
		switch {
		case !slices.Contains(booking.Commands(), name):
			ch.bad(here, "%q is not accepted; want some of %s", name, strings.Join(booking.Commands(), ", "))
		case slices.Contains(names[:i], name):
			ch.bad(here, "%q is given twice", name)
		}
	}
}

// uncounted is what will not be counted, or is counted for nothing, with the key that it is about. A site may send Einlass-Command without
// rules here; nobody can tell by the configuration.
func (r *Room) uncounted() (key, text string) {
	quota := false
	for i := range r.Schedule.Openings {
		quota = quota || r.Schedule.Openings[i].Quota > 0
	}
	rules := len(r.Bookings) > 0
	switch {
	case quota && !rules && slices.Contains(r.Commands, booking.Booked):
		return "schedule.openings", "have a quota, and the room has no rules in bookings: nothing counts but what the site says by Einlass-Command, or an operator"
	case quota && !rules:
		return "schedule.openings", "have a quota, and the room has neither rules in bookings nor booked in commands: nothing counts but what an operator says"
	case rules && !quota:
		return "bookings", "count, and bound nothing: no opening in schedule has a quota"
	}
	return "", ""
}

// inVain are the rules about paths that need no pass, so that no answer meets them of somebody who is inside.
func (r *Room) inVain(at string) (all []*Problem) {
	warn := func(key string, i int, path, vain string) {
		if text := r.unguarded(path, vain); text != "" {
			all = append(all, &Problem{Path: fmt.Sprintf("%s.%s[%d].path", at, key, i), Text: text})
		}
	}
	for i := range r.Finish {
		warn("finish", i, r.Finish[i].Path, "answers there end no stay")
	}
	for i := range r.Bookings {
		warn("bookings", i, r.Bookings[i].Path, "answers there count no booking")
	}
	for i := range r.Frees {
		warn("frees", i, r.Frees[i].Path, "answers there give nothing back")
	}
	return all
}
