package plan

import (
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// DoorNow is who may come at a time, where o is what took effect of the plan. While a room is in an opening (its lobby, its draw, or open)
// it is the door of that one; between openings that of the next one, which is the one that places are given for. Where there is no waiting
// room there is no door.
func (c *Calendar) DoorNow(o *queue.Opening, now time.Time) Door {
	switch o.Phase {
	case queue.PhaseThrough:
		return Door{Everybody: true}
	case queue.PhaseLobby, queue.PhaseDrawing, queue.PhaseOpen:
		if c == nil || c.has(o.Name) {
			return c.Door(o.Name)
		}
		// A step of another name has put it in force.
		for _, next := range c.Upcoming(now) {
			if !next.Begins.After(now) {
				return c.Door(next.Name)
			}
		}
	case queue.PhaseClosed, queue.PhaseLine:
		for _, next := range c.Upcoming(now) {
			if next.Name != o.Name { // which has ended, though a gateway may not have reached its end
				return c.Door(next.Name)
			}
		}
	}
	return c.Door("")
}

// has reports whether an opening has the name by the rules.
func (c *Calendar) has(opening string) bool {
	_, rule := c.named(opening)
	return rule != nil
}

// Coming is the opening under way, or else the next one, to which a group may come; Everybody asks for those in none. False: there is none
// within the days that a plan goes ahead.
func (c *Calendar) Coming(group string, now time.Time) (Occurrence, bool) {
	for _, o := range c.Upcoming(now) {
		if c.Door(o.Name).Lets(group) {
			return o, true
		}
	}
	return Occurrence{}, false
}

// Current is the calendar of a room's document. It reads the schedule when that has changed, and so is fit for every request. The zero
// value is ready. It is safe for concurrent use.
type Current struct{ last atomic.Pointer[current] }

type current struct {
	settings string
	calendar *Calendar
}

// Of is the calendar of a document, nil without a schedule. Where this release cannot read the schedule it is the one before.
func (c *Current) Of(d *queue.Document) *Calendar {
	was := c.last.Load()
	if was != nil && was.settings == d.Settings {
		return was.calendar
	}
	next := &current{settings: d.Settings}
	var err error
	if next.calendar, err = Read(d.Schedule()); err != nil && was != nil {
		next.calendar = was.calendar
	}
	c.last.Store(next)
	return next.calendar
}
