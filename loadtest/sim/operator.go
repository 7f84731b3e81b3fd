package sim

import (
	"context"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
)

// operators do what the scenario's script says at the hour, and look at what is left.
type operators struct {
	script  []scenarios.Step
	running bool // by the script; what is left decides besides
	pace    queue.Pace
	message string
	watchAt int32
	empty   int32 // since when nothing is left and nothing is to come; never: something is
	opens   int32 // the last contingent
}

// operate does what is due.
func (s *sim) operate(ctx context.Context) error {
	o := &s.operators
	changed := false
	for len(o.script) > 0 && o.script[0].At.Sub(s.start) <= time.Duration(s.now)*time.Millisecond {
		step := o.script[0]
		o.script = o.script[1:]
		o.running, o.message = step.Do == scenarios.Open, step.Message
		if step.Pace != nil {
			o.pace = *step.Pace
		}
		if step.Do == scenarios.Close {
			s.shut()
		}
		changed = true
	}
	gate := &s.cfg.Scenario.Gate
	if gate.Watch == 0 {
		if changed {
			return s.control(ctx, o.running, o.pace)
		}
		return nil
	}
	if !changed && s.now < o.watchAt {
		return nil
	}
	o.watchAt = s.now + int32(gate.Watch.Milliseconds())
	tally := s.site.ledger.Tally(s.at())
	f := &s.room.snapshot
	// A citizen that is called or inside may still take one of them. Some already hold theirs, but a place may also be held for
	// a citizen that has gone: subtracting one for each would let in more people than there are places.
	spoken := f.Live + f.Calls + f.Asking
	if tally.Left+tally.Holds > 0 || s.now < o.opens || !o.running {
		o.empty = never
	} else if o.empty == never {
		o.empty = s.now
	}
	if gate.CloseAfter > 0 && o.empty != never && s.now-o.empty >= int32(gate.CloseAfter.Milliseconds()) && !s.closed {
		o.running, o.message = false, scenarios.SoldOut
		s.shut()
	}
	pace, left := o.pace, int64(tally.Left)
	if left <= spoken {
		// Calls run ahead of entries, so to stop them is not enough: every stay counts in full, and nobody enters for whom nothing
		// is left.
		pace.Strict = true
		if pace.MaxInside == 0 || left < pace.MaxInside {
			pace.MaxInside = max(1, left)
		}
	}
	if left == 0 {
		pace.Rate, pace.Burst = 0, 1 // those at the door would still be let in, one after the other
	}
	return s.control(ctx, o.running && left > 0, pace)
}

// control sets what is to hold, if it does not.
func (s *sim) control(ctx context.Context, run bool, pace queue.Pace) error {
	o, now := &s.operators, &s.room.document
	pace.Mode = queue.ModePause
	if run {
		pace.Mode = queue.ModeRun
	}
	if now.Pace == pace && now.Message() == o.message {
		return nil
	}
	return s.room.set(ctx, pace, o.message)
}

// shut closes for good: waiting citizens read it with the next poll.
func (s *sim) shut() {
	s.closed = true
	for _, who := range s.inOrder {
		c := &s.people[who]
		if c.state == waiting && int64(c.due-s.wheel.step)*stepMS > int64(s.pollMax) {
			c.due = s.wheel.put(s.now+int32(s.random.Int64N(int64(s.pollMax))), who)
		}
	}
}
