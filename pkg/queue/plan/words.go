package plan

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Words say what happens, without the time.
func (e *Event) Words() string {
	switch e.Kind {
	case LobbyOpens:
		return "the lobby opens" + e.who()
	case Starts:
		return "opens" + e.figures() + e.who()
	case Released:
		return e.released()
	case PaceIs:
		return fmt.Sprintf("pace at %d %%", e.Percent)
	case Ends:
		if e.Floor {
			return "ends, and the line with it" + between(e.Phase)
		}
		return "ends; who waits keeps the order" + between(e.Phase)
	default:
		return "from now on " + strings.TrimPrefix(between(e.Phase), "; ")
	}
}

func (e *Event) who() string {
	if e.Who == "" {
		return ""
	}
	return ", who: " + e.Who
}

func (e *Event) figures() string {
	text := ""
	if e.Quota >= 0 {
		text += ", quota " + Figure(e.Quota)
	}
	if e.Quota >= 0 && e.Standby > 0 {
		text += ", " + standby(e.Standby)
	}
	if e.Percent != 100 {
		text += fmt.Sprintf(", pace at %d %%", e.Percent)
	}
	if e.Draw {
		text += ", the lobby is drawn"
	}
	return text
}

func (e *Event) released() string {
	switch {
	case e.Quota < 0:
		return "no quota any more"
	case e.More > 0 && e.Standby < queue.MaxInsideLimit:
		return fmt.Sprintf("%s more, quota %s, %s", Figure(e.More), Figure(e.Quota), standby(e.Standby))
	case e.More > 0:
		return fmt.Sprintf("%s more, quota %s", Figure(e.More), Figure(e.Quota))
	}
	return fmt.Sprintf("quota %s, %s", Figure(e.Quota), standby(e.Standby))
}

func standby(n int64) string {
	if n >= queue.MaxInsideLimit {
		return "everybody may stand by"
	}
	if n == 0 {
		return "nobody may stand by"
	}
	return Figure(n) + " may stand by"
}

// between is what a room does that is not open.
func between(p queue.Phase) string {
	switch p {
	case queue.PhaseClosed:
		return "; no numbers are given"
	case queue.PhaseLine:
		return "; numbers are given, nobody is called"
	case queue.PhaseThrough:
		return "; there is no waiting room"
	default:
		return "; the room is open"
	}
}

// Figure is a number with its thousands apart.
func Figure(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// When is the time of an event as people say it, in its zone.
func (e *Event) When(now time.Time) string {
	if e.Due {
		return "now"
	}
	return clockOn(e.At, now)
}

// clockOn is a clock, with its date if that is not the one of now.
func clockOn(t, now time.Time) string {
	switch now = now.In(t.Location()); dateOf(t) - dateOf(now) {
	case 0:
		return clockOf(t).String()
	case 1:
		return "tomorrow " + clockOf(t).String()
	default:
		return t.Format("Mon 2 Jan ") + clockOf(t).String()
	}
}

// Until is how long it is to an event, as people say it; empty: it is due.
func (e *Event) Until(now time.Time) string {
	switch d := e.At.Sub(now); {
	case e.Due:
		return ""
	case d < 2*time.Minute:
		return fmt.Sprintf("in %d s", int64((d+time.Second-1)/time.Second))
	case d < 2*time.Hour:
		return fmt.Sprintf("in %d min", int64((d+time.Minute-1)/time.Minute))
	case d < 2*day:
		return fmt.Sprintf("in %d h %d min", int64(d/time.Hour), int64(d%time.Hour/time.Minute))
	default:
		return fmt.Sprintf("in %d days", int64(d/day))
	}
}

// Words say what is different, with the time.
func (d *Difference) Words(now time.Time) string {
	b, a := d.Before, d.After
	switch {
	case a == nil:
		return fmt.Sprintf("%s %s: gone", b.When(now), b.Words())
	case b == nil:
		return fmt.Sprintf("%s %s: new", a.When(now), a.Words())
	case a.Words() == b.Words():
		return fmt.Sprintf("%s %s, instead of %s", a.When(now), a.Words(), b.When(now))
	case a.At.Equal(b.At):
		return fmt.Sprintf("%s %s, instead of: %s", a.When(now), a.Words(), b.Words())
	default:
		return fmt.Sprintf("%s %s, instead of %s %s", a.When(now), a.Words(), b.When(now), b.Words())
	}
}
