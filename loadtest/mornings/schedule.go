package mornings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// moved is the scenario's schedule for a morning that is played now, as much faster. Clocks of a schedule are whole seconds; what lies
// between two is later, so that the gate is never ahead of the site.
func (m *morning) moved() (plan.Schedule, error) {
	s := plan.Schedule{Zone: launch.ZoneAtNoon(m.clock.began), Between: m.scenario.Gate.Schedule.Between}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return s, err
	}
	calendar, err := m.scenario.Gate.Calendar()
	if err != nil {
		return s, err
	}
	wall := func(hour time.Time) string {
		t := m.clock.began.Add(m.clock.at(hour))
		return t.Add(time.Second - 1).Truncate(time.Second).In(zone).Format("15:04:05")
	}
	date := m.clock.began.In(zone).Format(time.DateOnly)
	for _, day := range calendar.Between(m.scenario.Starts.AddDate(0, 0, -1), m.scenario.Ends) {
		if day.Start.Before(m.scenario.Starts) {
			continue
		}
		o := slices.IndexFunc(m.scenario.Gate.Schedule.Openings, func(o plan.Opening) bool { return o.Start == day.Start.Format("15:04") })
		if o < 0 {
			return s, fmt.Errorf("no rule of the schedule starts at %v", day.Start)
		}
		one := m.scenario.Gate.Schedule.Openings[o]
		one.Days, one.From, one.Until, one.Except, one.Dates = nil, "", "", nil, []string{date}
		more := one.More
		one.More, one.Profile = nil, m.profile(one.Profile)
		for _, r := range more {
			at, err := time.ParseInLocation("2006-01-02 15:04", day.Start.Format(time.DateOnly)+" "+r.At, day.Start.Location())
			if err != nil {
				return s, err
			}
			one.More = append(one.More, plan.Release{At: wall(at), Quota: r.Quota})
		}
		one.Start = wall(day.Start)
		if one.Lobby != "" { // the people of a scenario come to a lobby that is open
			one.Lobby = m.clock.began.Add(-10 * time.Second).In(zone).Format("15:04:05")
		}
		if !day.End.IsZero() {
			one.End = wall(day.End)
		}
		s.Openings = append(s.Openings, one)
	}
	return s, nil
}

// profile is a ramp as much faster, in whole seconds.
func (m *morning) profile(points []plan.Point) (all []plan.Point) {
	last := time.Duration(-1)
	for _, p := range points {
		after, err := time.ParseDuration(p.After)
		if err != nil {
			continue // the schedule was read before
		}
		after = wholeSeconds(m.clock.real(after))
		if after <= last {
			all = all[:len(all)-1]
		}
		all, last = append(all, plan.Point{After: after.String(), Percent: p.Percent}), after
	}
	return all
}

// soon is how long after now a morning begins for which the gateway has yet to read the schedule.
const soon = 2 * time.Second

// begin gives the gateway the schedule of a morning that begins in a moment, by its configuration, and waits until it has begun. A
// machine on which that took too long gets a later one.
func (m *morning) begin(ctx context.Context, cfg *launch.Config) error {
	opens := m.clock.at(m.scenario.Opens())
	for range 10 {
		// The opening is at a whole second.
		m.clock.began = time.Now().Add(soon + opens).Truncate(time.Second).Add(time.Second - opens)
		s, err := m.moved()
		if err != nil {
			return err
		}
		cfg.Rooms[0].Schedule = &s
		if err := m.gate.Rewrite(cfg); err != nil {
			return err
		}
		m.gate.Process().Hangup()
		for {
			room, err := m.gate.Operators.Room(ctx, launch.RoomID)
			if err != nil {
				return err
			}
			if room.Opening.Phase == "lobby" && room.Opening.Name != "" {
				if !launch.Rest(ctx, time.Until(m.clock.began)) {
					return ctx.Err()
				}
				return nil
			}
			if time.Now().After(m.clock.began) || !launch.Rest(ctx, watchEvery) {
				break
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return errors.New("the gateway does not take a schedule within two seconds")
}

// watchEvery is how often the gateway is asked whether it has read its schedule.
const watchEvery = 20 * time.Millisecond
