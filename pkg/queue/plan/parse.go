package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Calendar is a schedule that was read. It is immutable and safe for concurrent use.
type Calendar struct {
	zone     *time.Location
	between  queue.Phase
	openings []opening
	changes  map[string]change // by the name of the opening
	groups   []Group
	rest     int64 // the weight of those in no group
	who      who   // of openings that do not say
}

// opening is an Opening that was read.
type opening struct {
	path                string // as problems name it
	days                [7]bool
	dates, except       []date
	from, until         date // zero: none
	lobby, end          clock
	start               clock
	hasLobby, hasEnd    bool
	draw, carry         bool
	quota, per, standby int64
	closeAt             int64
	more                []release
	early               []release // those that a start behind them gives as well
	profile             []point
	who                 who
}

type release struct {
	at    clock
	quota int64
}

type point struct {
	after time.Duration
	share int64 // permille
}

// longestProfile bounds how long after the start a profile may go on.
const longestProfile = 24 * time.Hour

// Parse reads a schedule. All problems are told at once, in the order of its keys; the calendar is nil if there are any.
func Parse(s *Schedule) (*Calendar, []Problem) {
	r := reader{}
	c := Calendar{between: queue.PhaseClosed}
	always := len(s.Openings) == 0 && len(s.Groups) > 0 // a room that is open, for groups: it needs no clocks
	if zone, err := time.LoadLocation(s.Zone); s.Zone == "" && !always || s.Zone == "Local" || err != nil {
		r.bad("zone", "%q is no zone; want for example Europe/Berlin", s.Zone)
	} else {
		c.zone = zone
	}
	phases := map[string]queue.Phase{"": queue.PhaseClosed, Closed: queue.PhaseClosed, Line: queue.PhaseLine, Through: queue.PhaseThrough}
	phase, known := phases[s.Between]
	if !known {
		r.bad("between", "%q is not accepted; want %s, %s or %s", s.Between, Closed, Line, Through)
	}
	c.between = phase
	switch {
	case always && s.Between != "":
		r.bad("between", "means nothing without openings: the room is open")
	case always:
		c.between = queue.PhaseOpen
	case len(s.Openings) == 0, len(s.Openings) > queue.MaxOpenings:
		r.bad("openings", "are %d; want 1 to %d", len(s.Openings), queue.MaxOpenings)
	}
	c.readGroups(&r, s)
	for i := range s.Openings {
		r.at = fmt.Sprintf("openings[%d].", i)
		o := r.opening(&s.Openings[i])
		o.who = c.readWho(&r, s.Openings[i].Who)
		o.path = strings.TrimSuffix(r.at, ".")
		c.openings = append(c.openings, o)
	}
	r.at = ""
	c.readChanges(&r, s.Changes)
	if len(r.problems) == 0 {
		c.overlaps(&r)
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return &c, nil
}

// reader collects problems while a schedule is read.
type reader struct {
	at       string
	problems []Problem
}

func (r *reader) bad(key, format string, args ...any) {
	r.problems = append(r.problems, Problem{r.at + key, fmt.Sprintf(format, args...)})
}

func (r *reader) opening(o *Opening) (out opening) {
	r.when(o, &out)
	out.start, _ = r.clock("start", o.Start, true)
	out.lobby, out.hasLobby = r.clock("lobby", o.Lobby, false)
	out.end, out.hasEnd = r.clock("end", o.End, false)
	if out.hasLobby && out.lobby == out.start {
		r.bad("lobby", "%s is the start; want an earlier clock, or none", o.Lobby)
	}
	switch o.Order {
	case "", Arrival:
	case Draw:
		out.draw = true
		if o.Lobby == "" {
			r.bad("order", "draw orders those who came to a lobby; want a lobby")
		}
	default:
		r.bad("order", "%q is not accepted; want %s or %s", o.Order, Arrival, Draw)
	}
	out.carry = o.CarryOver
	r.quota(o, &out)
	r.bound("close_at", o.CloseAt, 0)
	out.closeAt = o.CloseAt
	r.profile(o, &out)
	return out
}

// when reads on which days an opening happens.
func (r *reader) when(o *Opening, out *opening) {
	if len(o.Days)+len(o.Dates) == 0 {
		r.bad("days", "and dates are empty; want weekdays, dates or both")
	}
	for i, name := range o.Days {
		day := slices.IndexFunc(weekdays(), func(s string) bool { return strings.EqualFold(s, name) })
		switch {
		case day < 0:
			r.bad(fmt.Sprintf("days[%d]", i), "%q is no weekday; want one of %s", name, strings.Join(weekdays(), ", "))
		case out.days[day]:
			r.bad(fmt.Sprintf("days[%d]", i), "%s is given twice", name)
		default:
			out.days[day] = true
		}
	}
	out.dates = r.dates("dates", o.Dates)
	out.except = r.dates("except", o.Except)
	out.from, out.until = r.date("from", o.From), r.date("until", o.Until)
	if o.From != "" && o.Until != "" && out.until.before(out.from) {
		r.bad("until", "%s is before from %s", o.Until, o.From)
	}
	if weekly := len(o.Days) > 0; !weekly && (o.From != "" || o.Until != "" || len(o.Except) > 0) {
		r.bad("days", "are empty, and from, until and except are bounds of a weekly rule")
	}
}

func (r *reader) bound(key string, n, low int64) {
	if n < low || n > queue.MaxInsideLimit {
		r.bad(key, "%d is not accepted; want %d to %d", n, low, queue.MaxInsideLimit)
	}
}

func (r *reader) quota(o *Opening, out *opening) {
	r.bound("quota", o.Quota, 0)
	r.bound("per", o.Per, 0)
	r.bound("standby", o.Standby, 0)
	out.quota, out.per, out.standby = o.Quota, max(1, o.Per), o.Standby
	if o.Quota == 0 {
		for _, k := range []struct {
			key   string
			given bool
		}{{"more", len(o.More) > 0}, {"per", o.Per > 0}, {"standby", o.Standby > 0}} {
			if k.given {
				r.bad(k.key, "means nothing without a quota")
			}
		}
	}
	before := out.start
	for i := range o.More {
		key := fmt.Sprintf("more[%d]", i)
		at, ok := r.clock(key+".at", o.More[i].At, true)
		r.bound(key+".quota", o.More[i].Quota, 1)
		if ok && !before.earlier(at) {
			r.bad(key+".at", "%s is not after %s; want the same day, and later", o.More[i].At, before)
		}
		if ok && out.endsBefore(at) {
			r.bad(key+".at", "%s is not before the end %s", o.More[i].At, out.end)
		}
		before = at
		out.more = append(out.more, release{at, o.More[i].Quota})
	}
	if total := o.Total(); total > queue.MaxInsideLimit {
		r.bad("more", "makes a quota of %d; want at most %d", total, queue.MaxInsideLimit)
	}
}

// endsBefore reports whether an opening is over at a clock of its date. One that ends on the next day is over at none.
func (o *opening) endsBefore(c clock) bool {
	return o.hasEnd && o.start.earlier(o.end) && !c.earlier(o.end)
}

func (r *reader) profile(o *Opening, out *opening) {
	const most = 60
	if len(o.Profile) > most {
		r.bad("profile", "has %d points; want at most %d", len(o.Profile), most)
	}
	last := time.Duration(-1)
	for i, p := range o.Profile {
		key := fmt.Sprintf("profile[%d]", i)
		after, err := time.ParseDuration(p.After)
		switch {
		case err != nil || after < 0 || after > longestProfile || after%time.Second != 0:
			r.bad(key+".after", "%q is not accepted; want whole seconds from 0s to %v, for example 5m", p.After, longestProfile)
		case after <= last:
			r.bad(key+".after", "%v is not after the point before, %v", after, last)
		default:
			last = after
		}
		if p.Percent < 0 || p.Percent > 100 {
			r.bad(key+".percent", "%d is not accepted; want 0 to 100", p.Percent)
		}
		out.profile = append(out.profile, point{after, 10 * p.Percent})
	}
}

func (r *reader) clock(key, text string, required bool) (c clock, given bool) {
	if text == "" && !required {
		return 0, false
	}
	c, err := parseClock(text)
	if err != nil {
		r.bad(key, "%q is no clock; want 00:00 to 23:59, for example 08:00", text)
	}
	return c, err == nil
}

func (r *reader) date(key, text string) (d date) {
	if text == "" {
		return d
	}
	d, err := parseDate(text)
	if err != nil {
		r.bad(key, "%q is no date; want for example 2026-12-01", text)
	}
	return d
}

func (r *reader) dates(key string, texts []string) (all []date) {
	for i, text := range texts {
		at := fmt.Sprintf("%s[%d]", key, i)
		if text == "" {
			r.bad(at, "is empty; want for example 2026-12-01")
			continue
		}
		if d := r.date(at, text); slices.Contains(all, d) {
			r.bad(at, "%s is given twice", text)
		} else {
			all = append(all, d)
		}
	}
	return all
}
