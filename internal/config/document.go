package config

import (
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

const (
	// entering is how long a waiting page takes that has heard of its call: it counts down two seconds, and asks the gate twice.
	entering = 3 * time.Second
	// grace is how long a line that begins without memory waits for the tickets of one before.
	grace = 2 * time.Second
)

// Document is what the room says about its line, which operators may change while it runs.
func (r *Room) Document() queue.Document {
	d := queue.Document{
		Version: 1,
		Pace: queue.Pace{
			Mode: queue.Mode(r.Mode), Rate: r.Pace.Rate, MaxInside: r.Pace.MaxInside, Burst: r.Pace.Burst,
			Strict: r.Pace.Inside != InsideExpected,
		},
		Timing:   r.Timing(),
		Settings: queue.Settings{Message: r.Message}.Encode(),
	}
	d.SetHealthMode(queue.HealthMode(r.Pace.Health))
	d.SetSchedule(r.Schedule.Encode())
	d.SetCloseAt(r.CloseAt)
	return d
}

// Timing is the timing of the room's line. Values of a configuration that was written before their bounds are cut to
// them; see Room.cuts.
func (r *Room) Timing() queue.Timing {
	t := queue.Timing{
		Absent: r.AbsentAfter, Confirm: r.ConfirmWithin, Window: r.ClaimWindow, Lead: r.lead(),
		Active: r.Session.Active, Page: r.Session.Page, Idle: r.Session.Idle, Max: r.Session.Max, Resume: r.Session.Resume,
		Life: r.TicketLife, Grace: grace,
		// Within a poll and a fifth, which is how polls are spread, everybody that waits is heard.
		Hold: (r.Poll.Max * 6 / 5).Truncate(time.Millisecond),
	}
	if t.Page == 0 {
		t.Page = t.Idle
	}
	for _, c := range r.cuts() {
		*c.of(&t) = c.to
	}
	return t
}

// lead is how far calls run ahead of seats and pace: the mean time in which a page hears of its call, by its next poll, and goes in. With
// two seconds, seats stood empty meanwhile: 1 to 3 % of the entries that were possible (docs/capacity.md).
func (r *Room) lead() time.Duration { return (r.Poll.Min/2 + entering).Truncate(time.Millisecond) }

// cut is a value of the file that the line cannot have, and what it is read as.
type cut struct {
	key string
	of  func(*queue.Timing) *time.Duration
	to  time.Duration
	why string
}

// cuts are the values that were good before stays and tickets had these bounds. They are read as what comes closest.
func (r *Room) cuts() (cuts []cut) {
	s := &r.Session
	if s.Max == 0 || s.Max > r.TicketLife {
		cuts = append(cuts, cut{
			"session.max", func(t *queue.Timing) *time.Duration { return &t.Max }, r.TicketLife,
			"no stay is longer than ticket_life",
		})
	}
	if s.Active > s.Idle {
		cuts = append(cuts, cut{
			"session.active", func(t *queue.Timing) *time.Duration { return &t.Active }, s.Idle, "it is more than session.idle",
		})
	}
	if most := r.TicketLife - s.Idle; s.Resume > most {
		cuts = append(cuts, cut{
			"session.resume", func(t *queue.Timing) *time.Duration { return &t.Resume }, most,
			"session.idle and session.resume together are more than ticket_life",
		})
	}
	return cuts
}
