package sim

import (
	"math/rand/v2"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
)

// opened draws what a person's browser does besides: a copy of its cookie elsewhere, four tabs at once. People must not be
// kept beyond this call: tabs are added to the same slice.
func opened(s *scenarios.Scenario, c *citizen, add func(citizen) uint32, random *rand.Rand) {
	x := &s.Strangers
	if !x.Any() {
		return // and nothing is drawn: the day is the same as without
	}
	if random.Float64() < x.Copied {
		c.habits |= copied
	}
	if random.Float64() < x.Return {
		c.habits |= comesBack
	}
	if random.Float64() < x.AtOnce {
		born := c.born
		for range 3 {
			add(citizen{born: born, kind: tab})
		}
	}
}

// invite adds the strangers.
func invite(s *scenarios.Scenario, add func(citizen) uint32, random *rand.Rand) {
	x := &s.Strangers
	within := func(from, to time.Time) int32 {
		return int32((from.Sub(s.Starts) + time.Duration(random.Float64()*float64(to.Sub(from)))).Milliseconds())
	}
	for i := range x.Loads {
		l := &x.Loads[i]
		for range l.Count() {
			add(citizen{born: within(l.From, l.To), kind: loader})
		}
	}
	opens := s.Opens()
	for range x.Silent {
		add(citizen{born: within(s.Starts, opens.Add(opens.Sub(s.Starts))), kind: silent})
	}
	for i := range x.Parked {
		c := citizen{born: within(s.Starts, s.Starts.Add(time.Minute)), kind: parked}
		if i%2 == 0 {
			c.habits |= heard // and never asks again
		}
		add(c)
	}
}

// standIn is what a ticket does that nobody stands behind, from its number on.
func (s *sim) standIn(who uint32, c *citizen, st queue.State) {
	s.nobody.Numbers++
	c.leaves, c.sleeps = never, never
	switch {
	case st == queue.StateInside:
		s.enter(who, s.storeNow())
	case c.kind == silent:
		c.state = waiting
		c.due = s.wheel.put(s.now+s.jitter(firstPoll), who)
	case c.kind == parked && !c.is(heard):
		s.park(who, c)
	default:
		s.end(who, gaveUp)
	}
}

func (s *sim) park(who uint32, c *citizen) {
	c.state = asleep
	c.due = s.wheel.put(after(s.now, s.jitter(int32(s.cfg.Scenario.Strangers.ParkedEvery.Milliseconds()))), who)
}

// keptAlive is one sign of life of a parked ticket, which may bring it back to the front.
func (s *sim) keptAlive(who uint32, c *citizen) {
	s.polled(s.now, c)
	if s.closed {
		s.end(who, gaveUp)
		return
	}
	if s.inLobby(c) {
		s.park(who, c)
		return
	}
	c.state = asking
	s.beat(who, c)
}

// heardOf is what a stranger does with the store's answer, and reports whether that was all. A parked ticket whose turn it
// is goes in like anybody else.
func (s *sim) heardOf(who uint32, c *citizen, st queue.State) bool {
	switch {
	case c.kind == parked && !c.is(heard) && (st == queue.StateWaiting || st == queue.StateFront):
		s.park(who, c)
	case c.kind == parked: // wants in
		c.habits |= heard
		return false
	case st == queue.StateCalled:
		c.habits |= heard
		s.again(who, c)
	case st == queue.StateMissed, st == queue.StateSpent: // the page would offer to come back, or a new number
		s.end(who, gaveUp)
	default:
		s.again(who, c)
	}
	return true
}

// strangersResult is what came of them.
func (s *sim) strangersResult() scenarios.Nobody {
	n := s.nobody
	for i := range s.people {
		switch c := &s.people[i]; {
		case c.kind == tab:
			n.AtOnce++
		case c.kind == loader:
			n.Loads++
		case c.kind == silent:
			n.Silent++
		case c.kind == parked:
			n.Parked++
		case c.is(copied):
			n.Copies++
		}
	}
	if s.cfg.Scenario.Strangers.Any() {
		n.Unclaimed = s.line.Called - s.line.Entered
	}
	n.Crashes, n.Skipped, n.Overdrawn = int64(len(s.crashes.costs)), s.crashes.skipped(), s.crashes.overdrawn()
	return n
}
