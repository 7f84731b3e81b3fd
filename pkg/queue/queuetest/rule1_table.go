package queuetest

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// spot is a visitor that stands somewhere: its ticket, when it was called or its last request was told, and when its stay began.
type spot struct {
	place       queue.Place
	told, began int64
}

// row is one set of the table of Keep and Claim: how a visitor comes into it, and what it is answered.
type row struct {
	set               string
	into              func(l *line) spot
	keep, away, claim answer
}

// answer is a standing, with the set that the visitor is in afterwards.
type answer struct {
	state  queue.State
	reason queue.Reason
	until  until
	set    string
}

// until says which times a standing has.
type until int

const (
	never   until = iota // no times
	ofCall               // the call and the window
	ofStay               // the last request and Idle, and the beginning
	ofEntry              // now and Idle, from now on
	ofAgain              // now and Idle, from its beginning on
)

func (a answer) standing(s *spot, now int64) queue.Standing {
	want := queue.Standing{State: a.state, Reason: a.reason}
	switch a.until {
	case ofCall:
		want.Until = s.told + windowMS
	case ofStay:
		want.Until, want.Started = s.told+idleMS, s.began
	case ofEntry:
		want.Until, want.Started = now+idleMS, now
	case ofAgain:
		want.Until, want.Started = now+idleMS, s.began
	}
	return want
}

// The ways into the sets.

func intoLine(l *line) spot { return spot{place: l.wait(1, 1)[0]} }

func intoMissed(l *line) spot {
	s := intoLine(l)
	l.away(s.place)
	l.call(1)
	return s
}

func intoFront(l *line) spot {
	s := intoMissed(l)
	l.keep(s.place)
	return s
}

func intoCalls(l *line) spot {
	s := intoLine(l)
	l.call(1)
	s.told = l.now()
	return s
}

func intoCallsOver(l *line) spot {
	s := intoCalls(l)
	l.clock.Step(windowMS)
	return s
}

func intoLapsed(l *line) spot {
	s := intoCalls(l)
	l.step(windowMS)
	l.advance()
	return s
}

// intoAgain: called for the second time.
func intoAgain(l *line) spot {
	s := intoLapsed(l)
	l.claim(s.place)
	l.call(1)
	s.told = l.now()
	return s
}

func intoAgainOver(l *line) spot {
	s := intoAgain(l)
	l.clock.Step(windowMS)
	return s
}

func intoFrontAgain(l *line) spot {
	s := intoLapsed(l)
	l.claim(s.place)
	return s
}

// intoDoor: called, and the room is full.
func intoDoor(l *line) spot {
	s := intoCalls(l)
	l.enterFull(2)
	l.wantState("claim in a full room", l.claim(s.place), queue.StateFull, queue.ReasonNone)
	return s
}

// enterFull lets visitor n in and closes the room behind it.
func (l *line) enterFull(n int) {
	l.Helper()
	l.enter(n)
	l.setPace(func(p *queue.Pace) { p.MaxInside = 1 })
}

func intoStay(l *line) spot {
	p := l.enter(1)
	s := spot{place: p, told: l.now(), began: l.now()}
	l.clock.Step(1000)
	return s
}

func intoStayOver(l *line) spot {
	s := intoStay(l)
	l.step(idleMS - 1000)
	return s
}

// intoDoorToResume: the stay is over, and the room is full.
func intoDoorToResume(l *line) spot {
	s := intoStayOver(l)
	l.enterFull(2)
	l.wantState("resume in a full room", l.claim(s.place), queue.StateFull, queue.ReasonNone)
	return s
}

func intoStayExpired(l *line) spot {
	s := intoStay(l)
	l.step(idleMS + resumeMS - 1000)
	return s
}

func intoEnded(l *line) spot {
	s := intoLine(l)
	l.leave(1)
	return s
}

// intoNowhere is a ticket that was given, of a visitor that the room does not know.
func intoNowhere(l *line) spot {
	p := l.wait(2, 1)[0]
	p.Visitor, p.Number, p.Order = Visitor(1), p.Number+3, p.Order+3
	return spot{place: p}
}

// intoNowhereBehind is one that the head has passed.
func intoNowhereBehind(l *line) spot {
	places := l.wait(2, 2)
	l.leave(2)
	l.call(1)
	places[0].Visitor = Visitor(1)
	return spot{place: places[0]}
}

// table is what Keep, Keep of a closed page, and Claim answer, set by set.
func table() []row {
	waiting := answer{state: queue.StateWaiting, set: "line"}
	front := answer{state: queue.StateFront, set: "front"}
	called := answer{state: queue.StateCalled, until: ofCall, set: "calls"}
	again := answer{state: queue.StateCalled, reason: queue.ReasonAgain, until: ofCall, set: "calls"}
	enters := answer{state: queue.StateInside, until: ofEntry, set: "spent"}
	full := answer{state: queue.StateFull, set: "asking"}
	absent := answer{state: queue.StateMissed, reason: queue.ReasonAbsent, set: "missed"}
	lapsed := answer{state: queue.StateMissed, reason: queue.ReasonLapsed, set: "lapsed"}
	lapsedCall := answer{state: queue.StateMissed, reason: queue.ReasonLapsed, set: "calls"}
	frontAgain := answer{state: queue.StateFront, reason: queue.ReasonAgain, set: "front"}
	twice := answer{state: queue.StateSpent, reason: queue.ReasonTwice, set: "ended"}
	inside := answer{state: queue.StateInside, until: ofStay, set: "spent"}
	over := answer{state: queue.StateMissed, reason: queue.ReasonOver, set: "spent"}
	resumed := answer{state: queue.StateInside, until: ofAgain, set: "spent"}
	expired := answer{state: queue.StateSpent, reason: queue.ReasonExpired, set: "spent"}
	left := answer{state: queue.StateSpent, reason: queue.ReasonLeft, set: "ended"}
	return []row{
		{"line", intoLine, waiting, waiting, waiting},
		{"front", intoFront, front, front, front},
		{"front after a lapse", intoFrontAgain, frontAgain, frontAgain, frontAgain},
		{"calls", intoCalls, called, called, enters},
		{"calls after a lapse", intoAgain, again, again, enters},
		{"calls that are over", intoCallsOver, lapsedCall, lapsedCall, frontAgain},
		{"calls after a lapse that are over", intoAgainOver, lapsedCall, lapsedCall, twice},
		{"asking", intoDoor, full, full, full},
		{"asking for a resume", intoDoorToResume, full, full, full},
		{"missed", intoMissed, front, absent, front},
		{"lapsed", intoLapsed, lapsed, lapsed, frontAgain},
		{"spent and live", intoStay, inside, inside, inside},
		{"spent and over", intoStayOver, over, over, resumed},
		{"spent and expired", intoStayExpired, expired, expired, expired},
		{"ended", intoEnded, left, left, left},
		{"no set, above the head", intoNowhere, waiting, waiting, waiting},
		{"no set, behind the head", intoNowhereBehind, front, absent, front},
	}
}

func tabled() (all []scenario) {
	for _, r := range table() {
		for _, cell := range []struct {
			verb string
			ask  func(l *line, p queue.Place) queue.Standing
			want answer
		}{{"keep", (*line).keep, r.keep}, {"keep of a closed page", (*line).away, r.away}, {"claim", (*line).claim, r.claim}} {
			all = append(all, scenario{fmt.Sprintf("%s of a visitor in %s", cell.verb, r.set), func(l *line) {
				s := r.into(l)
				l.wants(cell.verb, cell.ask(l, s.place), cell.want.standing(&s, l.now()))
				found := l.find(s.place.Order)
				want(l, "visitor", found.Visitor, s.place.Visitor)
				want(l, "set", found.Set, cell.want.set)
			}})
		}
	}
	return all
}

func guarded() (all []scenario) {
	for _, r := range []struct {
		set  string
		into func(l *line) spot
	}{{"missed", intoMissed}, {"lapsed", intoLapsed}, {"no set", intoNowhere}} {
		for verb, ask := range byName(map[string]func(*line, queue.Place) queue.Standing{
			"keep": (*line).keep, "keep of a closed page": (*line).away, "claim": (*line).claim,
		}) {
			what := fmt.Sprintf("%s of a visitor in %s", verb, r.set)
			all = append(all,
				scenario{what + " at or below the floor is spent, before all else", func(l *line) {
					s := r.into(l)
					l.wait(5, 9)
					l.plan(queue.Step{Rank: 1, Floor: true})
					l.reveal1(2)
					l.mapping--
					s.place.Order = l.snapshot().Opening.Floor
					l.unchanged(what, func() { l.wantState(what, ask(l, s.place), queue.StateSpent, queue.ReasonFloor) })
				}},
				scenario{what + " by a caller that lacks a seed cannot be told", func(l *line) {
					s := r.into(l)
					l.reveal1(1)
					l.mapping--
					l.unchanged(what, func() { l.wantState(what, ask(l, s.place), queue.StateUnknown, queue.ReasonNone) })
				}},
				scenario{what + " whose number counts in a lobby stands in the lobby", func(l *line) {
					s := r.into(l)
					l.plan(queue.Step{Rank: 1, Phase: queue.PhaseLobby})
					s.place.Number = l.snapshot().Last + 1
					l.unchanged(what, func() { l.wantState(what, ask(l, s.place), queue.StateLobby, queue.ReasonNone) })
				}},
				scenario{what + " whose number was drawn waits for the seed and must bring its order", func(l *line) {
					s := r.into(l)
					first := l.lobby(1, 3)[0].Number
					l.plan(queue.Step{Rank: 2, Phase: queue.PhaseOpen, Draw: true})
					s.place.Number = first + 2
					l.unchanged(what, func() { l.wantState(what, ask(l, s.place), queue.StateLobby, queue.ReasonNone) })
					l.reveal("a", 1)
					base := l.onlyDraw().Base
					for _, o := range []queue.Order{base - 1, base + 3} {
						s.place.Order = o
						l.unchanged(what, func() { l.wantState(what, ask(l, s.place), queue.StateUnknown, queue.ReasonNone) })
					}
					for _, o := range []queue.Order{base, base + 2} {
						s.place.Order = o
						if got := ask(l, s.place).State; got == queue.StateUnknown || got == queue.StateLobby {
							l.Errorf("%s with an order of the draw: %v", what, got)
						}
					}
				}})
		}
	}
	return all
}

// unchanged checks that the room is the same before and after, but for its sketches, which may grow older.
func (l *line) unchanged(what string, run func()) {
	l.Helper()
	before := l.snapshot()
	run()
	if text := snapshotDiff(before, l.snapshot()); text != "" {
		l.Errorf("%s has changed something: %s", what, text)
	}
}
