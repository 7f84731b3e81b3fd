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
		r.bad("zone", ProblemZone, s.Zone)
	} else {
		c.zone = zone
	}
	phases := map[string]queue.Phase{"": queue.PhaseClosed, Closed: queue.PhaseClosed, Line: queue.PhaseLine, Through: queue.PhaseThrough}
	phase, known := phases[s.Between]
	if !known {
		r.bad("between", ProblemChoice, s.Between, strings.Join([]string{Closed, Line, Through}, ", "))
	}
	c.between = phase
	switch {
	case always && s.Between != "":
		r.bad("between", ProblemOpeningsMissing)
	case always:
		c.between = queue.PhaseOpen
	case len(s.Openings) == 0, len(s.Openings) > queue.MaxOpenings:
		r.bad("openings", ProblemOpenings, len(s.Openings), queue.MaxOpenings)
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

func (r *reader) bad(key string, kind ProblemKind, values ...any) {
	r.problems = append(r.problems, problem(r.at+key, kind, values...))
}

func (r *reader) opening(o *Opening) (out opening) {
	r.when(o, &out)
	out.start, _ = r.clock("start", o.Start, true)
	out.lobby, out.hasLobby = r.clock("lobby", o.Lobby, false)
	out.end, out.hasEnd = r.clock("end", o.End, false)
	if out.hasLobby && out.lobby == out.start {
		r.bad("lobby", ProblemLobbyAtStart, o.Lobby)
	}
	switch o.Order {
	case "", Arrival:
	case Draw:
		out.draw = true
		if o.Lobby == "" {
			r.bad("order", ProblemLobbyMissing)
		}
	default:
		r.bad("order", ProblemChoice, o.Order, Arrival+", "+Draw)
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
		r.bad("days", ProblemDaysMissing)
	}
	for i, name := range o.Days {
		day := slices.IndexFunc(weekdays(), func(s string) bool { return strings.EqualFold(s, name) })
		switch {
		case day < 0:
			r.bad(fmt.Sprintf("days[%d]", i), ProblemWeekday, name, strings.Join(weekdays(), ", "))
		case out.days[day]:
			r.bad(fmt.Sprintf("days[%d]", i), ProblemTwice, name)
		default:
			out.days[day] = true
		}
	}
	out.dates = r.dates("dates", o.Dates)
	out.except = r.dates("except", o.Except)
	out.from, out.until = r.date("from", o.From), r.date("until", o.Until)
	if o.From != "" && o.Until != "" && out.until.before(out.from) {
		r.bad("until", ProblemUntilEarly, o.Until, o.From)
	}
	if weekly := len(o.Days) > 0; !weekly && (o.From != "" || o.Until != "" || len(o.Except) > 0) {
		r.bad("days", ProblemWeekly)
	}
}

func (r *reader) bound(key string, n, low int64) {
	if n < low || n > queue.MaxInsideLimit {
		r.bad(key, ProblemRange, n, low, queue.MaxInsideLimit)
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
				r.bad(k.key, ProblemWithoutQuota)
			}
		}
	}
	before := out.start
	for i := range o.More {
		key := fmt.Sprintf("more[%d]", i)
		at, ok := r.clock(key+".at", o.More[i].At, true)
		r.bound(key+".quota", o.More[i].Quota, 1)
		if ok && !before.earlier(at) {
			r.bad(key+".at", ProblemReleaseEarly, o.More[i].At, before)
		}
		if ok && out.endsBefore(at) {
			r.bad(key+".at", ProblemReleaseLate, o.More[i].At, out.end)
		}
		before = at
		out.more = append(out.more, release{at, o.More[i].Quota})
	}
	if total := o.Total(); total > queue.MaxInsideLimit {
		r.bad("more", ProblemReleaseSum, total, queue.MaxInsideLimit)
	}
}

// endsBefore reports whether an opening is over at a clock of its date. One that ends on the next day is over at none.
func (o *opening) endsBefore(c clock) bool {
	return o.hasEnd && o.start.earlier(o.end) && !c.earlier(o.end)
}

func (r *reader) profile(o *Opening, out *opening) {
	const most = 60
	if len(o.Profile) > most {
		r.bad("profile", ProblemPoints, len(o.Profile), most)
	}
	last := time.Duration(-1)
	for i, p := range o.Profile {
		key := fmt.Sprintf("profile[%d]", i)
		after, err := time.ParseDuration(p.After)
		switch {
		case err != nil || after < 0 || after > longestProfile || after%time.Second != 0:
			r.bad(key+".after", ProblemSeconds, p.After, longestProfile)
		case after <= last:
			r.bad(key+".after", ProblemPointEarly, after, last)
		default:
			last = after
		}
		if p.Percent < 0 || p.Percent > 100 {
			r.bad(key+".percent", ProblemRange, p.Percent, 0, 100)
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
		r.bad(key, ProblemClock, text)
	}
	return c, err == nil
}

func (r *reader) date(key, text string) (d date) {
	if text == "" {
		return d
	}
	d, err := parseDate(text)
	if err != nil {
		r.bad(key, ProblemDate, text)
	}
	return d
}

func (r *reader) dates(key string, texts []string) (all []date) {
	for i, text := range texts {
		at := fmt.Sprintf("%s[%d]", key, i)
		if text == "" {
			r.bad(at, ProblemDateEmpty)
			continue
		}
		if d := r.date(at, text); slices.Contains(all, d) {
			r.bad(at, ProblemTwice, text)
		} else {
			all = append(all, d)
		}
	}
	return all
}
