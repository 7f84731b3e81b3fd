package chaos

import (
	"fmt"
	"strings"

	"github.com/einlass/einlass/loadtest/chaos/theatre"
)

// verdict collects everything that may not be.
func (a *Act) verdict(w *world) {
	bad := func(format string, args ...any) { a.Failures = append(a.Failures, fmt.Sprintf(format, args...)) }
	for _, p := range a.Faults {
		if p.Error != "" {
			bad("%s: %s", p.Fault, p.Error)
		}
	}
	f := a.Felt
	for what, list := range map[string][]string{
		"places lost": f.Lost, "people inside thrown out": f.Thrown, "figures that rose": f.Rose,
	} {
		if len(list) > 0 {
			bad("%d %s, first: %s", len(list), what, list[0])
		}
	}
	if f.Twice > 0 {
		bad("%d visitors have somebody else's place", f.Twice)
	}
	if n := len(f.Outside); n > 0 {
		bad("%d visitors stayed and did not get in within %v after the last fault, first: %s", n, drain, f.Outside[0])
	}
	if f.In == 0 || int64(f.In) > a.most() {
		bad("%d went in, the pace allows %d in all", f.In, a.most())
	}
	r := a.Report
	if n := r.Summary.Violations; n > 0 {
		bad("the checker found %d violations, first: %s", n, r.Violations[0])
	}
	if r.Until > 0 {
		bad("the journals are incomplete")
	}
	if r.Entries < int64(f.In) {
		bad("%d visitors went in, the journals know of %d", f.In, r.Entries)
	}
	for _, g := range w.gateways {
		if log := g.Log.String(); strings.Contains(log, "DATA RACE") || strings.Contains(log, "panic") {
			bad("%s has logged a race or a panic", g.Name)
		}
	}
}

// most is how many can have been called at the very most: what the rate gives in all the time, the burst, and once more
// the burst for each time that a lost line began anew.
func (a *Act) most() int64 {
	return int64(a.Lasted.Minutes()*theatre.Rate) + theatre.Burst*int64(1+len(a.Report.Epochs))
}
