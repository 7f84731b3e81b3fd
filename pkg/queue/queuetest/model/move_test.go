package model

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

func (f *fixture) move(m queue.Move) queue.Moved {
	f.t.Helper()
	moved, err := f.m.Move(f.t.Context(), m)
	f.must(err)
	return moved
}

func TestFindKnowsAVisitorByItsOrder(t *testing.T) {
	for row, set := range map[string]string{
		"line": setLine, "front": setFront, "calls, alive": setCalls, "asking": setAsking, "missed": setMissed,
		"lapsed": setLapsed, "spent, live": setSpent, "ended": setEnded,
	} {
		t.Run(row, func(t *testing.T) {
			f := newFixture(t, pause)
			p := reach[row](f)
			found, err := f.m.Find(t.Context(), p.Order)
			f.must(err)
			equal(t, "set", found.Set, set)
			equal(t, "visitor", found.Visitor, p.Visitor)
			equal(t, "time", found.At > 0, true)
			_, err = f.m.Find(t.Context(), p.Order+1)
			f.wants(err, queue.ErrUnknown)
		})
	}
}

func TestAnOperatorPutsAPlaceToTheFrontOnce(t *testing.T) {
	for row, want := range map[string]string{
		"line": setFront, "front": setFront, "calls, alive": setFront, "calls, over": setFront, "missed": setFront,
		"lapsed": setFront, "asking": setAsking, "spent, live": setSpent, "ended": setEnded,
	} {
		t.Run(row, func(t *testing.T) {
			f := newFixture(t, pause)
			p := reach[row](f)
			act := queue.Move{Act: queue.ActFront, Visitor: p.Visitor, Ref: code(1)}
			f.move(act)
			equal(t, "set", f.room().setOf(p.Visitor), want)
			equal(t, "again", has(f.room().again, p.Visitor), false)
			if want == setFront {
				equal(t, "order", f.room().front[p.Visitor].order, p.Order)
				f.run()
				f.move(act)
				equal(t, "set after the same act", f.room().setOf(p.Visitor), setCalls)
			}
		})
	}
	f := newFixture(t)
	_, err := f.m.Move(t.Context(), queue.Move{Act: queue.ActFront, Visitor: visitor(1), Ref: code(1)})
	f.wants(err, queue.ErrUnknown)
	_, err = f.m.Move(t.Context(), queue.Move{Act: queue.ActFront, Visitor: visitor(1)})
	f.wants(err, queue.ErrInvalid)
}

func TestAPlaceBelowTheFloorIsNotPutToTheFront(t *testing.T) {
	f := newFixture(t, pause)
	p := reach["line, below the floor"](f)
	f.state(f.move(queue.Move{Act: queue.ActFront, Visitor: p.Visitor, Ref: code(1)}).Standing, queue.StateSpent, queue.ReasonFloor)
}

func TestAnOperatorRemovesAndEnds(t *testing.T) {
	f := newFixture(t, pause)
	f.queued(1)
	f.state(f.move(queue.Move{Act: queue.ActRemove, Visitor: visitor(1), Ref: code(1)}).Standing, queue.StateSpent, queue.ReasonRemoved)
	f.renew(2, f.now, f.now)
	f.move(queue.Move{Act: queue.ActEnd, Visitor: visitor(2), Ref: code(2)})
	f.renew(3, f.now, f.now)
	f.renew(4, f.now, f.now)
	equal(t, "left", f.move(queue.Move{Act: queue.ActEnd, Ref: code(3)}).Left, 0)
	s := f.advance()
	equal(t, "live", s.Live, 0)
	equal(t, "finished", s.Finished, 0)
	equal(t, "left", s.Left, 1)
}

func TestAHandOverMovesEverything(t *testing.T) {
	for row := range reach {
		t.Run(row, func(t *testing.T) {
			f := newFixture(t, pause)
			p := reach[row](f)
			set := f.room().setOf(p.Visitor)
			act := queue.Move{Act: queue.ActHand, Visitor: p.Visitor, To: visitor(50), Ref: code(1)}
			if set == setNone {
				_, err := f.m.Move(t.Context(), act)
				f.wants(err, queue.ErrUnknown)
				return
			}
			before := f.standing(p.Visitor)
			taken := act
			taken.To = visitor(60)
			f.join(60)
			f.state(f.move(taken).Standing, queue.StateTaken, queue.ReasonNone)
			moved := f.move(act)
			if set == setEnded {
				f.state(moved.Standing, queue.StateSpent, queue.ReasonLeft)
				return
			}
			f.state(moved.Standing, queue.StateSpent, queue.ReasonMoved)
			equal(t, "set", f.room().setOf(visitor(50)), set)
			equal(t, "standing", f.standing(visitor(50)), before)
			checkSets(t, f.room())
			equal(t, "repeated", f.move(act), moved)
			f.state(f.keep(p), queue.StateSpent, queue.ReasonMoved)
		})
	}
}

func TestAHandOverTakesTheCodeAlong(t *testing.T) {
	f := newFixture(t, pause)
	f.arrive(queue.Arrival{Visitor: visitor(1), Code: code(9), Uses: 1})
	f.move(queue.Move{Act: queue.ActHand, Visitor: visitor(1), To: visitor(2), Ref: code(1)})
	f.state(f.arrive(queue.Arrival{Visitor: visitor(3), Code: code(9), Uses: 1}).Standing, queue.StateRefused, queue.ReasonCode)
	equal(t, "users", has(f.room().codes[code(9)], visitor(2)), true)
}
