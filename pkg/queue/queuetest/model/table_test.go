package model

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// reach brings visitor 1 into a row of the table of the verbs.
var reach map[string]func(f *fixture) queue.Place

func init() {
	reach = map[string]func(f *fixture) queue.Place{
		"line": func(f *fixture) queue.Place { return f.queued(1) },
		"front": func(f *fixture) queue.Place {
			p := reach["missed"](f)
			f.keep(p)
			return p
		},
		"calls, alive": func(f *fixture) queue.Place {
			p := f.queued(1)
			f.run()
			return p
		},
		"calls, over": func(f *fixture) queue.Place {
			p := reach["calls, alive"](f)
			f.pass(queue.DefaultTiming().Window)
			return p
		},
		"calls, over again": func(f *fixture) queue.Place {
			p := reach["lapsed"](f)
			f.claim(p)
			f.run()
			f.pass(queue.DefaultTiming().Window)
			return p
		},
		"asking": func(f *fixture) queue.Place {
			p := reach["calls, alive"](f)
			f.fillRoom()
			f.state(f.claim(p), queue.StateFull, queue.ReasonNone)
			return p
		},
		"asking, room free": func(f *fixture) queue.Place {
			p := reach["asking"](f)
			f.leave(99)
			return p
		},
		"missed": func(f *fixture) queue.Place {
			p := f.queued(1)
			f.away(p)
			f.run()
			return p
		},
		"lapsed": func(f *fixture) queue.Place {
			p := reach["calls, over"](f)
			f.advance()
			return p
		},
		"spent, live": func(f *fixture) queue.Place {
			p := reach["calls, alive"](f)
			f.claim(p)
			return p
		},
		"spent, over": func(f *fixture) queue.Place {
			p := reach["spent, live"](f)
			f.pass(queue.DefaultTiming().Idle)
			return p
		},
		"spent, over, room full": func(f *fixture) queue.Place {
			p := reach["spent, over"](f)
			f.fillRoom()
			return p
		},
		"spent else": func(f *fixture) queue.Place {
			p := reach["spent, over"](f)
			f.pass(queue.DefaultTiming().Resume)
			return p
		},
		"ended": func(f *fixture) queue.Place {
			p := f.queued(1)
			f.leave(1)
			return p
		},
		"unknown": func(f *fixture) queue.Place {
			return queue.Place{Visitor: visitor(1), Epoch: f.room().epoch, Number: 7, Order: queue.OrderOf(f.room().epoch, 7)}
		},
		"unknown, behind the head": func(f *fixture) queue.Place {
			p := reach["unknown"](f)
			f.room().heads[0] = p.Order
			return p
		},
		"unknown, below the floor": func(f *fixture) queue.Place {
			p := reach["unknown"](f)
			f.room().opening.Floor = p.Order
			return p
		},
		"line, below the floor": func(f *fixture) queue.Place {
			p := reach["line"](f)
			f.room().opening.Floor = p.Order
			return p
		},
	}
}

// run lets the room call for the length of one Advance.
func (f *fixture) run() {
	f.t.Helper()
	f.settle(func(d *queue.Document) { d.Pace.Mode = queue.ModeRun })
	f.advance()
	f.settle(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
}

// fillRoom lets visitor 99 in, and nobody else.
func (f *fixture) fillRoom() {
	f.t.Helper()
	f.renew(99, f.now, f.now)
	f.settle(func(d *queue.Document) { d.Pace.MaxInside, d.Pace.Strict = 1, true })
}

// answer is a state with its reason, and the set that the visitor is in afterwards.
type answer struct {
	state queue.State
	why   queue.Reason
	set   string
}

func TestTheTableOfSetsAndVerbs(t *testing.T) {
	waiting := answer{queue.StateWaiting, queue.ReasonNone, setLine}
	front := answer{queue.StateFront, queue.ReasonNone, setFront}
	again := answer{queue.StateFront, queue.ReasonAgain, setFront}
	called := answer{queue.StateCalled, queue.ReasonNone, setCalls}
	full := answer{queue.StateFull, queue.ReasonNone, setAsking}
	missed := answer{queue.StateMissed, queue.ReasonAbsent, setMissed}
	lapsed := answer{queue.StateMissed, queue.ReasonLapsed, setLapsed}
	lapsing := answer{queue.StateMissed, queue.ReasonLapsed, setCalls}
	inside := answer{queue.StateInside, queue.ReasonNone, setSpent}
	over := answer{queue.StateMissed, queue.ReasonOver, setSpent}
	expired := answer{queue.StateSpent, queue.ReasonExpired, setSpent}
	left := answer{queue.StateSpent, queue.ReasonLeft, setEnded}
	floor := answer{queue.StateSpent, queue.ReasonFloor, setNone}
	for set, want := range map[string][3]answer{ // Keep, Keep away, Claim
		"line":                     {waiting, waiting, waiting},
		"line, below the floor":    {floor, floor, floor},
		"front":                    {front, front, front},
		"calls, alive":             {called, called, inside},
		"calls, over":              {lapsing, lapsing, again},
		"calls, over again":        {lapsing, lapsing, {queue.StateSpent, queue.ReasonTwice, setEnded}},
		"asking":                   {full, full, full},
		"asking, room free":        {full, full, inside},
		"missed":                   {front, missed, front},
		"lapsed":                   {lapsed, lapsed, again},
		"spent, live":              {inside, inside, inside},
		"spent, over":              {over, over, inside},
		"spent, over, room full":   {over, over, full},
		"spent else":               {expired, expired, expired},
		"ended":                    {left, left, left},
		"unknown":                  {waiting, waiting, waiting},
		"unknown, behind the head": {front, missed, front},
		"unknown, below the floor": {floor, floor, floor},
	} {
		verbs := []func(*fixture, queue.Place) queue.Standing{(*fixture).keep, (*fixture).away, (*fixture).claim}
		for i, verb := range []string{"Keep", "Keep away", "Claim"} {
			t.Run(set+"/"+verb, func(t *testing.T) {
				f := newFixture(t, pause)
				p := reach[set](f)
				s := verbs[i](f, p)
				equal(t, "answer", answer{s.State, s.Reason, f.room().setOf(visitor(1))}, want[i])
				checkSets(t, f.room())
			})
		}
	}
}

// checkSets holds a room against what the port says of its sets.
func checkSets(t *testing.T, r *room) {
	t.Helper()
	in := map[queue.VisitorID]int{}
	for id := range r.line {
		in[id]++
	}
	for id := range r.front {
		in[id]++
	}
	for id := range r.ended {
		in[id]++
	}
	for id := range r.asking {
		if !has(r.spent, id) {
			in[id]++
		}
	}
	for _, set := range []times{r.calls, r.missed, r.lapsed, r.spent} {
		for id := range set {
			in[id]++
		}
	}
	for id, n := range in {
		if n > 1 {
			t.Errorf("visitor %x is in %d sets", id, n)
		}
	}
	groupsOf := map[queue.VisitorID]int{}
	for g := range r.stays {
		for id := range r.stays[g] {
			groupsOf[id]++
			if !has(r.spent, id) || groupsOf[id] > 1 {
				t.Errorf("stay %x: %d groups, spent %v", id, groupsOf[id], has(r.spent, id))
			}
		}
	}
}
