package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/einlass/einlass/configs"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Gate is how the waiting room is set: what a file of configs says of its room. The schedule in it runs the day; nobody else does.
type Gate struct {
	// Config names the file.
	Config           string
	Pace             queue.Pace
	Timing           queue.Timing
	PollMin, PollMax time.Duration
	Schedule         plan.Schedule
	// Beacon is what decides the openings that are drawn, beside the secret: one of draw.Rules.
	Beacon draw.Rule
	// Exclude are paths without a waiting room, Bookings and Finish the site's answers that are a booking and that end a visit.
	Exclude  []string
	Bookings []config.Outcome
	Finish   []config.Finish
}

// gateOf reads the one room of a file of configs. These are part of the program, so one that cannot be read is a broken build.
func gateOf(file string) Gate {
	data, err := configs.Files.ReadFile(file)
	if err != nil {
		panic(fmt.Sprintf("scenarios: %v", err))
	}
	c, err := config.Parse(config.Source{File: file}, data)
	if err != nil {
		panic(fmt.Sprintf("scenarios: %v", err))
	}
	room := &c.Rooms[0]
	d := room.Document()
	return Gate{
		Config: file, Pace: d.Pace, Timing: d.Timing, PollMin: room.Poll.Min, PollMax: room.Poll.Max, Schedule: room.Schedule, Beacon: draw.Rule(room.Draw.Beacon),
		Exclude: room.Exclude, Bookings: room.Bookings, Finish: room.Finish,
	}
}

// Document is what the room begins with.
func (g *Gate) Document() queue.Document {
	d := queue.Document{Version: 1, Pace: g.Pace, Timing: g.Timing}
	d.SetSchedule(g.Schedule.Encode())
	return d
}

// Draws reports whether openings are drawn.
func (g *Gate) Draws() bool {
	return slices.ContainsFunc(g.Schedule.Openings, func(o plan.Opening) bool { return o.Order == plan.Draw })
}

// Calendar is the schedule as it is read.
func (g *Gate) Calendar() (*plan.Calendar, error) {
	c, problems := plan.Parse(&g.Schedule)
	var errs []error
	for _, p := range problems {
		errs = append(errs, fmt.Errorf("gate.schedule.%s: %s", p.Path, p.Text))
	}
	return c, errors.Join(errs...)
}

func (g *Gate) validate(starts, ends, opens time.Time, places int) error {
	document := g.Document()
	errs := []error{document.Validate(), document.CheckSettings()}
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(g.PollMin <= 0 || g.PollMax < g.PollMin, "gate.poll_min, poll_max: must be above 0 and in order")
	calendar, err := g.Calendar()
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	day := slices.DeleteFunc(calendar.Between(starts.AddDate(0, 0, -1), ends), func(o plan.Occurrence) bool { return o.Start.Before(starts) })
	bad(len(day) == 0, "gate.schedule: nothing opens between starts and ends")
	bad(len(day) > 0 && !day[0].Start.Equal(opens), "gate.schedule: must open when the first places do, at %v", opens)
	bad(g.Schedule.Total() != int64(places), "gate.schedule: its quota must be the %d places of the site, is %d", places, g.Schedule.Total())
	return errors.Join(errs...)
}
