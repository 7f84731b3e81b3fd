package chaos

import (
	"fmt"
	"strings"

	"github.com/einlass/einlass/loadtest/chaos/environment"
)

// verdict collects everything that may not be.
func (o *Outcome) verdict(w *world) {
	bad := func(format string, args ...any) { o.Failures = append(o.Failures, fmt.Sprintf(format, args...)) }
	for _, p := range o.Faults {
		if p.Error != "" {
			bad("%s: %s", p.Fault, p.Error)
		}
		if most := p.Asked + int64(p.Times*p.Losses)*skip; p.Numbers > most {
			bad("%s, %d times: numbers went on by %d, %d asked for one and a loss may skip %d", p.Fault, p.Times, p.Numbers, p.Asked, skip)
		}
	}
	f := o.Felt
	for what, list := range map[string][]string{
		"places lost": f.Lost, "people inside thrown out": f.Thrown, "figures that rose": f.Rose,
		"people read what the site said to somebody else": f.Wrong,
	} {
		if len(list) > 0 {
			bad("%d %s, first: %s", len(list), what, list[0])
		}
	}
	if f.Twice > 0 {
		bad("%d visitors have somebody else's place", f.Twice)
	}
	if n := f.Strangers.FrameNumbers; n > 0 {
		bad("%d numbers or stays went to frames of another site, of %d", n, f.Strangers.Frames)
	}
	if n := f.Errors[fromGateway]; n > 0 {
		bad("%d requests of people inside were answered with %s: strangers decide what it takes the site for", n, fromGateway)
	}
	if f.Overtaken > 0 {
		bad("%d who waited while a gateway was frozen got in after people who came when it went on", f.Overtaken)
	}
	if n := len(f.Outside); n > 0 {
		bad("%d visitors stayed and did not get in within %v after the last fault, first: %s", n, drain, f.Outside[0])
	}
	if f.In == 0 || int64(f.In) > o.most() {
		bad("%d went in, the pace allows %d in all", f.In, o.most())
	}
	r := o.Report
	if n := r.Summary.Violations; n > 0 {
		bad("the checker found %d violations, first: %s", n, r.Violations[0])
	}
	if r.Until > 0 {
		bad("the journals are incomplete")
	}
	if r.Entries < int64(f.In) {
		bad("%d visitors went in, the journals know of %d", f.In, r.Entries)
	}
	o.openingsVerdict(bad)
	for _, g := range w.gateways {
		if log := g.Log(); strings.Contains(log, "DATA RACE") || strings.Contains(log, "panic") {
			bad("%s has logged a race or a panic", g.Name)
		}
	}
}

// openingsVerdict is what is asked of the openings besides what each act was held to.
func (o *Outcome) openingsVerdict(bad func(format string, args ...any)) {
	const most = 10
	for _, wrong := range o.Openings.Wrong[:min(most, len(o.Openings.Wrong))] {
		bad("%s", wrong)
	}
	if n := len(o.Openings.Wrong) - most; n > 0 {
		bad("%d more things went wrong with the openings", n)
	}
	if o.Openings.Played == 0 || o.Openings.Booked == 0 {
		bad("%d openings were played and %d slots booked", o.Openings.Played, o.Openings.Booked)
	}
	if r := o.OpeningReport; r.Summary.Violations > 0 {
		bad("the checker found %d violations in the room of the openings, first: %s", r.Summary.Violations, r.Violations[0])
	} else if r.Until > 0 {
		bad("the journals of the room of the openings are incomplete")
	}
}

// fromGateway is how a failed request reads whose gateway did not get an answer from the site.
const fromGateway = "502 from the gateway"

// skip is what a loss may cost in numbers besides those that were given: what a gateway or a store that gives few a second
// may have given since it last wrote down how far it was, which neither takes for more than a thousand, and as much again
// where several gateways tell a store of it. It does not grow with the numbers that there are.
const skip = 2000

// most is how many can have been called at the very most: what the rate gives in all the time, the burst, and once more
// the burst for each time that a lost line began anew.
func (o *Outcome) most() int64 {
	return int64(o.Lasted.Minutes()*environment.Rate) + environment.Burst*int64(1+len(o.Report.Epochs))
}
