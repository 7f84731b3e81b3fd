package web

import (
	"strconv"
	"strings"
	"time"
)

// Coming is what comes next in a room, as its plan says. All times are in the room's zone.
type Coming struct {
	// Now is the server's clock. Opens is when the line opens, if that is before Begins, when people are let in; zero: not known.
	Now, Opens, Begins time.Time
	// Kept: a place of now stands in line then.
	Kept bool
}

// starts is how long it is until people are let in; zero or less: not known, or on another day.
func (c *Coming) starts() time.Duration {
	left := c.Begins.Sub(c.Now)
	if c.Begins.IsZero() || left > day*time.Minute {
		return 0
	}
	return left
}

// calendar is how a language writes times.
type calendar struct {
	today, day, year phrase
	full             phrase // on paper
	days             [7]phrase
	months           [12]phrase
}

func (c *catalog) calendar() (all calendar) {
	p := func(id string) phrase { return c.phrase(c.text(id)) }
	all.full = p("when.full")
	all.today, all.day, all.year = p("when.today"), p("when.day"), p("when.year")
	for i := range all.days {
		all.days[i] = p("day." + strings.ToLower(time.Weekday(i).String()))
	}
	for i := range all.months {
		all.months[i] = p("month." + strings.ToLower(time.Month(i+1).String()))
	}
	return all
}

// appendWhen appends a time of day, with its date unless that is the one of now, and with its year if that is another one.
func (l *locale) appendWhen(dst []byte, f form, t, now time.Time) []byte {
	c := &l.calendar
	y, m, d := t.Date()
	saying := c.year
	switch year, month, today := now.Date(); {
	case y == year && m == month && d == today:
		saying = c.today
	case y == year:
		saying = c.day
	}
	for _, p := range saying {
		dst = append(dst, p.text[f]...)
		switch p.mark {
		case markTime:
			dst = appendTime(dst, t)
		case markDay:
			dst = append(dst, c.days[t.Weekday()].constant(f)...)
		case markDate:
			dst = strconv.AppendInt(dst, int64(d), 10)
		case markMonth:
			dst = append(dst, c.months[m-1].constant(f)...)
		case markYear:
			dst = strconv.AppendInt(dst, int64(y), 10)
		}
	}
	return dst
}

// appendNext appends the sentence on what comes next; empty if the state has none. Around each time stand before, the time as a
// machine reads it, between, and behind.
func (l *locale) appendNext(dst []byte, f form, before, between, behind string, s *Status) []byte {
	c := &s.Coming
	now := c.Now
	for _, p := range l.next[nextOf(s)] {
		dst = append(dst, p.text[f]...)
		at := c.Begins
		switch p.mark {
		case markOpens:
			at = c.Opens
		case markBegins:
		default:
			continue
		}
		dst = append(dst, before...)
		dst = at.AppendFormat(dst, time.RFC3339)
		dst = append(dst, between...)
		dst = l.appendWhen(dst, f, at, now)
		now = at // its date was said
		dst = append(dst, behind...)
	}
	return dst
}

// next is a sentence on what comes next.
type next uint8

const (
	nextNothing next = iota
	// nextOpens: the line opens, and later people are let in. nextBegins: both at once. nextUnknown: nobody knows when.
	nextOpens
	nextBegins
	nextUnknown
	// nextMore and nextMoreOpens are the first two where everything is booked.
	nextMore
	nextMoreOpens
	// nextGoesOn and nextGoesOnUnknown are for those whose place stays, nextNew for those whose place does not.
	nextGoesOn
	nextGoesOnUnknown
	nextNew
	// nextStarts is for the lobby.
	nextStarts

	nexts
)

var nextNames = [nexts]string{
	nextOpens: "opens", nextBegins: "begins", nextUnknown: "unknown", nextMore: "more", nextMoreOpens: "more_opens", nextGoesOn: "goes_on", nextGoesOnUnknown: "goes_on_unknown",
	nextNew: "new", nextStarts: "starts",
}

// nextOf chooses the sentence for a state.
func nextOf(s *Status) next {
	c := &s.Coming
	known := c.Begins.After(c.Now)
	switch s.State {
	case Closed, Early, Limit, SoldOut, Ended:
		opens := c.Opens.After(c.Now)
		switch {
		case s.State == Ended && !s.Shut && known:
			return nextStarts
		case s.State == Ended && !s.Shut:
			return nextNothing // a press takes a number
		case !known:
			return nextUnknown
		case s.State == SoldOut && opens:
			return nextMoreOpens
		case s.State == SoldOut:
			return nextMore
		case opens:
			return nextOpens
		}
		return nextBegins
	case Between, Refill:
		if known {
			return nextGoesOn
		}
		return nextGoesOnUnknown
	case Standby, Booked:
		if known && !c.Kept {
			return nextNew
		}
	case Lobby, Lots, Behind:
		if known {
			return nextStarts
		}
	default:
	}
	return nextNothing
}

func (c *catalog) nexts() (all [nexts]phrase) {
	for i, name := range nextNames {
		if name != "" {
			all[i] = c.phrase(c.text("next." + name))
		}
	}
	return all
}
