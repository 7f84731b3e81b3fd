package scenarios

import (
	"errors"
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Gate is how the waiting room is set and what its operators do. Openings by the clock are not asked of the room:
// Script does them at the hour, through the admin API or queue.Store.Settle.
type Gate struct {
	// Pace is without its mode: Script says when the room runs.
	Pace queue.Pace
	// Timing and the poll intervals are the defaults of the gateway's configuration.
	Timing           queue.Timing
	PollMin, PollMax time.Duration
	// Script is worked through in order. Before its first step the room is paused.
	Script []Step
	// Watch is how often the operators' script compares the places left with the people inside. It pauses the room
	// while everything that is left is spoken for, and lets it run when places are free again. 0: nobody looks.
	Watch time.Duration
	// CloseAfter closes the room for good once nothing has been left for that long and nothing more is to open: it is
	// paused, and its message says that there are no places any more. 0: never.
	CloseAfter time.Duration
}

// Action is what a step of a script does.
type Action string

// What operators can do.
const (
	// Open lets people in at the pace: mode run.
	Open Action = "open"
	// Pause calls nobody: mode pause. The line stays.
	Pause Action = "pause"
	// Close pauses for good and says so with the step's message. Citizens that read it go home.
	Close Action = "close"
)

// Step is one thing that operators do at an hour.
type Step struct {
	At time.Time
	Do Action
	// Pace replaces the gate's from now on, if it is set.
	Pace *queue.Pace
	// Message is shown to everybody who waits.
	Message string
}

// SoldOut is the message of a room that closes because nothing is left.
const SoldOut = "Alle Termine sind vergeben. Sie müssen nicht weiter warten."

// ordinaryGate is the gateway's default configuration around a pace.
func ordinaryGate(pace queue.Pace) Gate {
	return Gate{
		Pace:    pace,
		Timing:  queue.DefaultTiming(),
		PollMin: 3 * time.Second, PollMax: 30 * time.Second,
		Watch: time.Second, CloseAfter: 15 * time.Minute,
	}
}

// Document is what the room begins with: it is paused.
func (g *Gate) Document() queue.Document {
	d := queue.Document{Version: 1, Pace: g.Pace, Timing: g.Timing}
	d.Pace.Mode = queue.ModePause
	return d
}

func (g *Gate) validate(starts, ends time.Time) error {
	document := g.Document()
	errs := []error{document.Validate()}
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(g.PollMin <= 0 || g.PollMax < g.PollMin, "gate.poll_min, poll_max: must be above 0 and in order")
	bad(g.Watch < 0 || g.CloseAfter < 0, "gate.watch, close_after: must not be negative")
	bad(g.CloseAfter > 0 && g.Watch == 0, "gate.close_after: needs watch")
	bad(len(g.Script) == 0, "gate.script: must open the room")
	for i, s := range g.Script {
		bad(s.At.Before(starts) || s.At.After(ends), "gate.script[%d].at: must lie within starts and ends", i)
		bad(i > 0 && s.At.Before(g.Script[i-1].At), "gate.script[%d].at: must not be before the step before", i)
		bad(s.Do != Open && s.Do != Pause && s.Do != Close, "gate.script[%d].do: want open, pause or close, is %q", i, s.Do)
		bad(s.Do == Close && s.Message == "", "gate.script[%d].message: a room that closes must say so", i)
		if s.Pace != nil {
			document.Pace = *s.Pace
			document.Pace.Mode = queue.ModePause
		}
		document.SetMessage(s.Message)
		if err := errors.Join(document.Validate(), document.CheckSettings()); err != nil {
			errs = append(errs, fmt.Errorf("gate.script[%d]: %w", i, err))
		}
	}
	return errors.Join(errs...)
}
