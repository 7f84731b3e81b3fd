package rehearse

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
)

// visits collects the sessions while it measures. Safe for concurrent use.
type visits struct {
	mu  sync.Mutex
	on  bool
	old int // how many there were when measuring began
	all []drive.Visit
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
func (v *visits) ended(visit drive.Visit) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.on && visit.Whole {
		v.all = append(v.all, visit)
	}
}

// lengths are the mean, the 95th percentile, and the longest time on one page.
func (v *visits) lengths() (mean, long, page time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.all) == 0 {
		return 0, 0, 0
	}
	var sum time.Duration
	all := make([]time.Duration, len(v.all))
	for i, visit := range v.all {
		all[i], page = visit.Inside, max(page, visit.Page)
		sum += visit.Inside
	}
	slices.Sort(all)
	return sum / time.Duration(len(all)), all[len(all)*95/100], page
}

// Advice is what to write into the configuration. A Rate of 0: nothing can be advised.
type Advice struct {
	Rate      int64 `json:"rate"`
	MaxInside int64 `json:"max_inside"`
	Burst     int64 `json:"burst"`
	// Visit and Page are what the room's session says of visits, in whole seconds; 0: nothing is known.
	Visit time.Duration `json:"visit"`
	Page  time.Duration `json:"page"`
	Why   string        `json:"why"`
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
	a.Visit = wholeSeconds(r.Visit)
	stay, end, finish := r.Long+toCome, "", ""
	if c.Idle > 0 {
		a.Page = min(wholeSeconds(r.Page), c.Idle)
		silence := silenceOf(c.Idle, a.Page)
		stay += silence
		end = fmt.Sprintf(",\nand %v for which a stay that nobody finishes still counts, by session.page and an idle of %v", silence.Round(10*time.Millisecond), c.Idle)
		finish = fmt.Sprintf("\nfinish: with a rule for the page that ends a visit, or a site that sends Einlass-Finish, max_inside %d is enough%s.",
			queue.Seats(rate, r.Long+toCome)+a.Burst, finishHint(c))
	}
	a.MaxInside = queue.Seats(rate, stay) + a.Burst
	a.Why = fmt.Sprintf("rate: %d sessions a minute %s; %.0f %% of that leaves room for a bad moment.%s\n"+
		"max_inside: Little's law, people inside = rate × length of a stay: %d a minute × %v, and one burst more.\n"+
		"A stay is a visit of %v (95 of 100 are shorter, the mean is %v), %v to come when called%s.\n"+
		"Visits of real people are longer than those of a script: set the think times to theirs.%s\n"+
		"session: visit is the mean of the visits%s. Take the site's own figures if you have them.\n"+
		"burst: one second's worth, at least two.",
		from, word, c.Margin*100, r.limit(c), rate, stay.Round(10*time.Millisecond), r.Long.Round(10*time.Millisecond),
		r.Visit.Round(10*time.Millisecond), toCome, end, finish, a.aboutPage())
	return a
}

func (a *Advice) aboutPage() string {
	if a.Page == 0 {
		return ""
	}
	return ", page the longest time on one page: if it is too short for people,\nmore than max_inside may be inside on the first morning"
}

// silenceOf is for how long a stay still counts after its last request in a room that knows this about its visitors.
func silenceOf(idle, page time.Duration) time.Duration {
	timing := queue.DefaultTiming()
	timing.Idle, timing.Page = idle, page
	return timing.Silence(false)
}

// wholeSeconds is what the configuration takes, and not less than was measured.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// finishHint is the rule by which the last page of the script would end a visit, with the words before it; empty: a rule cannot tell that page.
func finishHint(c *Config) string {
	if c.Portal || len(c.Script) == 0 {
		return ""
	}
	last := c.Script[len(c.Script)-1]
	path, _, _ := strings.Cut(last.Path, "?")
	method := "GET"
	if last.Form != "" {
		method = "POST"
	}
	if strings.Trim(path, "/") == "" {
		return "" // any page would be that
	}
	return fmt.Sprintf(":\nfinish: [{path: %s, method: %s}] is that rule if the script's last page is that page", strconv.Quote(path), method)
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

// String are the lines of the configuration, as YAML in flow style.
func (a Advice) String() string {
	line, err := yaml.Marshal(struct {
		Pace launch.Pace `yaml:"pace,flow"`
	}{launch.Pace{Rate: a.Rate, MaxInside: a.MaxInside, Burst: a.Burst}})
	if err != nil {
		return err.Error() // never: there are only numbers
	}
	text := strings.TrimSpace(string(line))
	switch {
	case a.Page > 0:
		text += fmt.Sprintf("\nsession: {visit: %v, page: %v}", a.Visit, a.Page)
	case a.Visit > 0:
		text += fmt.Sprintf("\nsession: {visit: %v}", a.Visit)
	}
	return text
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
		fmt.Fprintf(&b, "\n    %s\n", strings.ReplaceAll(r.Advice.String(), "\n", "\n    "))
	}
	fmt.Fprintf(&b, "\n%s\n", r.Advice.Why)
	return b.String()
}
