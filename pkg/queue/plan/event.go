package plan

import (
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Kind is what happens at an Event.
type Kind string

// The kinds of events.
const (
	LobbyOpens Kind = "lobby"
	Starts     Kind = "start"
	Released   Kind = "release" // another quota
	PaceIs     Kind = "pace"
	Ends       Kind = "end"
	Changes    Kind = "between" // what the room does between openings
)

// Event is one thing that a plan is going to do, for people.
type Event struct {
	// At is in the zone of the schedule. Due: it is over, and takes effect as soon as a gateway and its store have seen the plan.
	At  time.Time
	Due bool
	// Opening is the name of the one that it belongs to.
	Opening string
	Kind    Kind
	// Quota is how many may be booked in all from then on, -1: no bound; More how many that is more than before, where both have a bound.
	Quota, More int64
	// Standby is how many may wait while all is booked; as many as there can be: everybody.
	Standby int64
	// Percent is the ceiling of the pace.
	Percent int64
	// Phase is the one from then on.
	Phase queue.Phase
	// Draw: the order of the lobby is drawn. Floor: those who wait have lost their places.
	Draw, Floor bool
	// Who says who may come, empty: there are no groups.
	Who string
}

// Zone is the one of all dates and clocks; UTC for a nil calendar.
func (c *Calendar) Zone() *time.Location {
	if c == nil {
		return time.UTC
	}
	return c.zone
}

// Events are what the plan of a room will do, in order of time, and what is overdue. One step can be several.
func (c *Calendar) Events(past Past, now time.Time) []Event {
	return c.events(&past, Next(c, past, now), now)
}

// Holds are what the plan in force will do, whatever the schedule says.
func (c *Calendar) Holds(past Past, now time.Time) []Event { return c.events(&past, past.Plan, now) }

func (c *Calendar) events(past *Past, steps []queue.Step, now time.Time) (all []Event) {
	steps = which(steps, past.open)
	is := stateOf(past.Opening)
	for i := range steps {
		s := &steps[i]
		before := is
		is.apply(s)
		e := Event{
			At: time.UnixMilli(s.At).In(c.Zone()), Due: s.At <= now.UnixMilli(), Opening: s.Opening, Quota: is.quota, Standby: is.standby,
			Percent: is.share / 10, Phase: is.phase, Floor: s.Floor, Draw: s.Draw, Who: c.whoComes(s),
		}
		if e.Due {
			e.At = now.In(c.Zone())
		}
		kinds := before.kinds(&is)
		if slices.Contains(kinds, Ends) {
			e.Opening = before.opening // whose end it is, whatever the step is named
		}
		for _, kind := range kinds {
			if e.Kind = kind; kind == Released && before.quota >= 0 && is.quota >= 0 {
				e.More = is.quota - before.quota
			}
			all = append(all, e)
		}
	}
	return all
}

// kinds are what happens between two states.
func (s *state) kinds(t *state) (all []Kind) {
	another := s.opening != t.opening
	switch {
	case t.phase == queue.PhaseLobby && (another || s.phase != t.phase):
		return []Kind{LobbyOpens}
	case t.phase == queue.PhaseOpen && (another || s.phase != t.phase):
		return []Kind{Starts}
	case !t.counts() && s.counts():
		return []Kind{Ends}
	case !t.counts() && s.phase != t.phase:
		return []Kind{Changes}
	case !t.counts():
		return nil
	}
	if s.quota != t.quota || s.standby != t.standby {
		all = append(all, Released)
	}
	if s.share != t.share {
		all = append(all, PaceIs)
	}
	return all
}

// Difference is an event that two plans have differently. One of both is nil if the other plan has none like it.
type Difference struct{ Before, After *Event }

// Differences compares what two plans do, in order of time. Lobby, start and end of one opening are compared as such, whenever they are;
// releases and pace by their times.
func Differences(before, after []Event) (all []Difference) {
	type key struct {
		opening string
		kind    Kind
		at      int64
	}
	of := func(e *Event) key {
		switch k := (key{opening: e.Opening, kind: e.Kind}); e.Kind {
		case LobbyOpens, Starts, Ends:
			return k
		default:
			k.at = e.At.UnixMilli()
			return k
		}
	}
	had := map[key]*Event{}
	for i := range before {
		had[of(&before[i])] = &before[i]
	}
	for i := range after {
		e := &after[i]
		b := had[of(e)]
		delete(had, of(e))
		if b == nil || !b.same(e) {
			all = append(all, Difference{b, e})
		}
	}
	for i := range before {
		if e := &before[i]; had[of(e)] == e {
			all = append(all, Difference{e, nil})
		}
	}
	slices.SortStableFunc(all, func(a, b Difference) int { return a.when().Compare(b.when()) })
	return all
}

// same reports whether two events are one for whoever reads them.
func (e *Event) same(f *Event) bool {
	return e.Due == f.Due && (e.Due || e.At.Equal(f.At)) && e.Words() == f.Words()
}

// when is the time of a difference: that of the plan to come, if it has one.
func (d *Difference) when() time.Time {
	if d.After != nil {
		return d.After.At
	}
	return d.Before.At
}
