package rehearse

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
)

// visits collects how long sessions lasted while it measures. Safe for concurrent use.
type visits struct {
	mu  sync.Mutex
	on  bool
	old int // how many there were when measuring began
	all []time.Duration
}

func (v *visits) measure(on bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.on = on; on {
		v.old = len(v.all)
	}
}

// forget drops what was measured last: at a bad rate visits are long because the site is slow.
func (v *visits) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.all = v.all[:v.old]
}

// ended takes a visit that went to its end.
func (v *visits) ended(inside time.Duration, whole bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.on && whole {
		v.all = append(v.all, inside)
	}
}

// lengths are the mean and the 95th percentile.
func (v *visits) lengths() (mean, long time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.all) == 0 {
		return 0, 0
	}
	sorted := slices.Sorted(slices.Values(v.all))
	var sum time.Duration
	for _, d := range sorted {
		sum += d
	}
	return sum / time.Duration(len(sorted)), sorted[len(sorted)*95/100]
}

// Advice is what to write into the configuration. A Rate of 0: nothing can be advised.
type Advice struct {
	Rate      int64  `json:"rate"`
	MaxInside int64  `json:"max_inside"`
	Burst     int64  `json:"burst"`
	Why       string `json:"why"`
}

// toCome is how long a called visitor takes to come and holds a place meanwhile: until the next poll near the head of
// the line, by default.
const toCome = 3 * time.Second

// advise turns what was measured into a pace.
func advise(c *Config, r *Result) Advice {
	from, word := r.base()
	rate := int64(math.Floor(float64(from) * c.Margin))
	switch {
	case from == 0 && r.Best > 0:
		return Advice{Why: fmt.Sprintf("Only the first rate, %d a minute, was good, and it was not confirmed: nothing can be advised.\n"+
			"Begin with a lower one (--first).%s", r.Best, r.limit(c))}
	case from == 0 && r.Bad == 0:
		return Advice{Why: "It ended before a step did: nothing can be advised."}
	case from == 0:
		return Advice{Why: fmt.Sprintf("Not even the first, quiet rate of %d a minute was good: nothing can be advised.\n"+
			"Look at the site, or begin with a lower one (--first).%s", c.First, r.limit(c))}
	case rate == 0:
		return Advice{Why: fmt.Sprintf("%d sessions a minute %s, of which %.0f %% is less than one.%s", from, word, c.Margin*100, r.limit(c))}
	case r.Long == 0:
		return Advice{Rate: rate, Burst: queue.DefaultBurst(rate), Why: fmt.Sprintf(
			"%d sessions a minute %s; %.0f %% of that. No session came to its end, so max_inside cannot be told.%s",
			from, word, c.Margin*100, r.limit(c))}
	}
	a := Advice{Rate: rate, Burst: queue.DefaultBurst(rate)}
	stay, end := r.Long+c.Idle+toCome, ""
	if c.Idle > 0 {
		end = fmt.Sprintf(", and %v idle until the gate knows that it is over: a site that sends Einlass-Finish saves these", c.Idle)
	}
	a.MaxInside = int64(math.Ceil(float64(rate)*stay.Minutes())) + a.Burst
	a.Why = fmt.Sprintf("rate: %d sessions a minute %s; %.0f %% of that leaves room for a bad moment.%s\n"+
		"max_inside: Little's law, people inside = rate × length of a stay: %d a minute × %v, and one burst more.\n"+
		"A stay is a visit of %v (95 of 100 are shorter, the mean is %v), %v to come when called%s.\n"+
		"Visits of real people are longer than those of a script: set the think times to theirs.\n"+
		"burst: one second's worth, at least two.",
		from, word, c.Margin*100, r.limit(c), rate, stay.Round(10*time.Millisecond), r.Long.Round(10*time.Millisecond),
		r.Visit.Round(10*time.Millisecond), toCome, end)
	return a
}

// base is the rate that advice rests on. One that was good for a short step only, while a higher one was bad, may be above
// what the site can bear for long: then it is the next lower one.
func (r *Result) base() (rate int64, word string) {
	switch {
	case r.Confirmed > 0:
		return r.Confirmed, fmt.Sprintf("held for %v", r.Steps[len(r.Steps)-1].Length)
	case r.Bad > 0:
		return r.Below, "was good but not confirmed, as was the next higher one"
	}
	return r.Best, "was good but not confirmed"
}

// limit says what kept the rate from being higher, as further lines of an explanation; empty: nothing that is known.
func (r *Result) limit(c *Config) string {
	var b strings.Builder
	for _, s := range r.Steps {
		if s.Why != "" && s.Rate == r.Bad {
			fmt.Fprintf(&b, "\nlimit: %d a minute was bad: %s.", s.Rate, s.Why)
			if strings.Contains(s.Why, "% errors") {
				b.WriteString(" If it has such errors at any rate, mend them first, or allow for them (--errors).")
			}
			break
		}
	}
	if r.Bad == 0 && r.Best >= c.Most {
		fmt.Fprintf(&b, "\nlimit: none was found: %d is the highest rate that was tried (--most).", c.Most)
	}
	requests, redirects := int64(0), int64(0)
	for _, s := range r.Steps {
		requests, redirects = requests+s.Requests, redirects+s.Redirects
	}
	if !c.Portal && redirects*3 > requests {
		b.WriteString("\nPages of the script were redirected: what was measured is where that leads to, a login perhaps.")
	}
	return b.String()
}

// String is the line of the configuration, as YAML in flow style.
func (a Advice) String() string {
	line, err := yaml.Marshal(struct {
		Pace launch.Pace `yaml:"pace,flow"`
	}{launch.Pace{Rate: a.Rate, MaxInside: a.MaxInside, Burst: a.Burst}})
	if err != nil {
		return err.Error() // never: there are only numbers
	}
	return strings.TrimSpace(string(line))
}

// String is the step as one line.
func (s Step) String() string {
	verdict := "good"
	if s.Why != "" {
		verdict = s.Why
	}
	if s.Confirming {
		verdict += " (confirming)"
	}
	ms := func(d time.Duration) string { return d.Round(100 * time.Microsecond).String() }
	return fmt.Sprintf("%6d a minute for %-6v  %5d sessions  %6d requests  %4d errors  p50 %-9s p90 %-9s p99 %-9s inside %4d   %s",
		s.Rate, s.Length, s.Sessions, s.Requests, s.Errors, ms(s.P50), ms(s.P90), ms(s.P99), s.Inside, verdict)
}

// Text is the end of a rehearsal, for people.
func (r *Result) Text() string {
	var b strings.Builder
	if r.Stopped != "" {
		fmt.Fprintf(&b, "\nThe rehearsal ended early: %s.\n", r.Stopped)
	}
	if r.Advice.Rate > 0 {
		fmt.Fprintf(&b, "\n    %s\n", r.Advice)
	}
	fmt.Fprintf(&b, "\n%s\n", r.Advice.Why)
	return b.String()
}
