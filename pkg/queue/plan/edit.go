package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Now in place of a clock asks Edit for the one of now.
const Now = "now"

// Upcoming are the openings that are under way (their lobby has begun, and their end has not come) and those to come, in order of time.
func (c *Calendar) Upcoming(now time.Time) (all []Occurrence) {
	if c == nil {
		return nil
	}
	for _, o := range c.since(now) {
		if !o.over {
			all = append(all, o.Occurrence)
		}
	}
	return all
}

// Always reports whether the room is open all the time: the schedule says no more than who may come.
func (c *Calendar) Always() bool { return len(c.openings) == 0 }

// Over reports whether no opening is under way and none is to come, however far away.
func (c *Calendar) Over(now time.Time) bool {
	today := dateOf(now.In(c.zone))
	for i := range c.openings {
		o := &c.openings[i]
		if o.days != [7]bool{} && (o.until == 0 || o.until > today) || slices.ContainsFunc(o.dates, func(d date) bool { return d > today }) {
			return false
		}
	}
	return len(c.Upcoming(now)) == 0
}

// Open reports whether an opening has started.
func (o *Occurrence) Open(now time.Time) bool { return !o.Start.After(now) }

// Edit turns what somebody wants of one opening now into the change to write down, or says why it cannot be: Now becomes a clock, and an
// opening that is ended in its lobby does not happen.
func (c *Calendar) Edit(o *Occurrence, ch Change, now time.Time) (Change, error) {
	now = now.In(c.zone)
	clockNow := clockOf(now)
	ch.Opening = o.Name
	switch {
	case ch.Start != "" && o.Open(now):
		return ch, fmt.Errorf("%s has begun at %v: its start cannot be moved", o.Name, clockOf(o.Start))
	case ch.Lobby != "" && !o.Begins.After(now):
		return ch, fmt.Errorf("%s has begun at %v: its lobby cannot be moved", o.Name, clockOf(o.Begins))
	case ch.Skip && o.Open(now):
		return ch, fmt.Errorf("%s is open: it can be ended", o.Name)
	case ch.Start == Now && dateOf(now) != o.date:
		return ch, fmt.Errorf("%s is on another date and cannot start now", o.Name)
	case ch.End == Now && o.Begins.After(now):
		return ch, fmt.Errorf("%s has not begun: it can be skipped", o.Name)
	}
	if ch.Start == Now {
		ch.Start = clockNow.String()
	}
	if err := o.early(&ch); err != nil {
		return ch, err
	}
	if ch.End == Now && !o.Open(now) {
		ch.End, ch.Skip = "", true
	}
	if ch.End == Now {
		if dateOf(now) == o.date && clockNow == o.rule.start {
			clockNow++ // the clock of the start is one of the next day
		}
		ch.End = (clockNow % clock(day/time.Second)).String()
	}
	return ch, nil
}

// early refuses a release that the start does not come before, unless it is one that the opening has: it may be another figure now, or
// the start has been put behind it.
func (o *Occurrence) early(ch *Change) error {
	start := o.rule.start
	if other, err := parseClock(ch.Start); err == nil {
		start = other
	}
	for _, m := range ch.More {
		at, err := parseClock(m.At)
		has := func(r release) bool { return r.at == at }
		if err == nil && !start.earlier(at) && !slices.ContainsFunc(o.rule.more, has) && !slices.ContainsFunc(o.rule.early, has) {
			return fmt.Errorf("a release at %v is not after the start at %v; want the same day, and later", at, start)
		}
	}
	return nil
}

// With is the schedule with one change more. What an earlier change of that opening says stays where the new one says nothing, and changes of
// days that are over are left out.
func (s *Schedule) With(ch Change, now time.Time) Schedule {
	out := s.recent(now)
	i := slices.IndexFunc(out.Changes, func(had Change) bool { return had.Opening == ch.Opening })
	if i < 0 {
		out.Changes = append(out.Changes, ch)
		return out
	}
	out.Changes[i] = out.Changes[i].and(ch)
	return out
}

// Without is the schedule in which an opening is again as its rule says. An error: nothing of it was changed.
func (s *Schedule) Without(opening string, now time.Time) (Schedule, error) {
	out := s.recent(now)
	i := slices.IndexFunc(out.Changes, func(had Change) bool { return had.Opening == opening })
	if i < 0 {
		return out, errors.New("nothing of " + opening + " was changed")
	}
	out.Changes = slices.Delete(out.Changes, i, i+1)
	return out, nil
}

// recent is a copy without the changes of openings that are over.
func (s *Schedule) recent(now time.Time) Schedule {
	out := *s
	out.Changes = nil
	c, problems := Parse(s)
	if len(problems) > 0 {
		out.Changes = slices.Clone(s.Changes)
		return out
	}
	keep := c.Upcoming(now)
	today := dateOf(now.In(c.zone))
	for _, ch := range s.Changes {
		named := func(o Occurrence) bool { return o.Name == ch.Opening }
		if !c.changes[ch.Opening].date.before(today) || slices.ContainsFunc(keep, named) {
			out.Changes = append(out.Changes, ch)
		}
	}
	return out
}

// and is a change with another one of the same opening, which is the newer.
func (ch Change) and(newer Change) Change {
	text := func(to *string, from string) {
		if from != "" {
			*to = from
		}
	}
	text(&ch.Lobby, newer.Lobby)
	text(&ch.Start, newer.Start)
	text(&ch.End, newer.End)
	if len(newer.Who) > 0 {
		ch.Who = newer.Who
	}
	ch.Skip = ch.Skip || newer.Skip
	for _, n := range []struct{ to, from **int64 }{{&ch.Quota, &newer.Quota}, {&ch.Standby, &newer.Standby}, {&ch.CloseAt, &newer.CloseAt}} {
		if *n.from != nil {
			*n.to = *n.from
		}
	}
	ch.More = slices.Clone(ch.More)
	if newer.End != "" {
		ch.More = slices.DeleteFunc(ch.More, ch.tooLate)
	}
	for _, m := range newer.More {
		ch.More = slices.DeleteFunc(ch.More, func(had Release) bool { return had.At == m.At })
		ch.More = append(ch.More, m)
	}
	return ch
}

// tooLate reports whether the end leaves no time for a release. An opening that ends on the next day has time for all of its own.
func (ch *Change) tooLate(m Release) bool {
	_, text, _ := strings.Cut(ch.Opening, " ")
	if ch.Start != "" {
		text = ch.Start
	}
	start, err := parseClock(text)
	end, bad := parseClock(ch.End)
	at, wrong := parseClock(m.At)
	return err == nil && bad == nil && wrong == nil && start.earlier(end) && !at.earlier(end)
}

// Empty reports whether it says nothing of its opening.
func (ch *Change) Empty() bool {
	return !ch.Skip && ch.Lobby == "" && ch.Start == "" && ch.End == "" && ch.Quota == nil && ch.Standby == nil && ch.CloseAt == nil && len(ch.More) == 0 && len(ch.Who) == 0
}
