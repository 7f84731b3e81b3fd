package model

import (
	"fmt"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// at is a step of opening "one" some seconds after the fixture's time.
func (f *fixture) step(rank uint8, after time.Duration, phase queue.Phase) queue.Step {
	return queue.Step{At: f.now + after.Milliseconds(), Opening: "one", Rank: rank, Phase: phase}
}

func (f *fixture) plan(steps ...queue.Step) {
	f.t.Helper()
	f.settle(func(d *queue.Document) { d.Plan = steps })
}

// lobby opens a lobby, in which n visitors arrive; it opens a minute later, with a draw or without.
func (f *fixture) lobby(n int, draw bool) (tickets []queue.Place) {
	f.t.Helper()
	open := f.step(2, time.Minute, queue.PhaseOpen)
	open.Draw = draw
	f.plan(f.step(1, 0, queue.PhaseLobby), open)
	f.advance()
	for i := range n {
		tickets = append(tickets, f.join(i+1))
	}
	return tickets
}

func TestALobbyStoresNothing(t *testing.T) {
	f := newFixture(t)
	j := f.lobby(1, true)[0]
	equal(t, "set", f.room().setOf(j.Visitor), setNone)
	f.state(f.keep(j), queue.StateLobby, queue.ReasonNone)
	f.state(f.claim(j), queue.StateLobby, queue.ReasonNone)
	again := f.arrive(queue.Arrival{Visitor: j.Visitor})
	equal(t, "number of a repeated arrival", again.Place.Number, j.Number+1)
}

func TestADrawIsFrozenOnceAndOpensWithItsSeed(t *testing.T) {
	f := newFixture(t)
	tickets := f.lobby(3, true)
	f.pass(time.Minute)
	s := f.advance()
	equal(t, "phase", s.Opening.Phase, queue.PhaseDrawing)
	d := s.Opening.Draws[0]
	equal(t, "places", d.N, 3)
	equal(t, "base", d.Base, tickets[0].Order)
	late := f.arrive(queue.Arrival{Visitor: visitor(4)})
	f.state(late.Standing, queue.StateWaiting, queue.ReasonNone)
	f.state(f.keep(tickets[0]), queue.StateLobby, queue.ReasonNone)

	seed := [32]byte{1}
	for _, told := range [][32]byte{seed, {2}} {
		got, err := f.m.Reveal(t.Context(), "one", told)
		f.must(err)
		equal(t, "seed in force", got, seed)
	}
	s = f.advance()
	equal(t, "phase", s.Opening.Phase, queue.PhaseOpen)
	equal(t, "mapping", s.Opening.Mapping, 1)
	equal(t, "hold", s.Hold, f.now+d.Spread)
	equal(t, "calls before the spread is over", s.Calls, 0)

	drawn := tickets[0]
	drawn.Order = d.Base + 2
	f.state(f.keep(drawn), queue.StateWaiting, queue.ReasonNone)
	outside := tickets[1]
	outside.Order = d.Base + 3
	f.state(f.keep(outside), queue.StateUnknown, queue.ReasonNone)
	f.keep(late.Place)
	f.pass(time.Duration(d.Spread) * time.Millisecond)
	s = f.advance()
	equal(t, "calls", s.Calls, 2)
	equal(t, "set of the drawn", f.room().setOf(drawn.Visitor), setCalls)
	equal(t, "head number", s.HeadNumbers[0], late.Place.Number)
}

func TestACallerThatDoesNotKnowTheSeedChangesNothing(t *testing.T) {
	f := newFixture(t)
	ticket := f.lobby(2, true)[0]
	f.pass(time.Minute)
	f.advance()
	_, err := f.m.Reveal(t.Context(), "one", [32]byte{1})
	f.must(err)
	reply, err := f.m.Keep(t.Context(), 0, []queue.Beat{{Place: ticket}})
	f.must(err)
	f.state(reply.Standings[0], queue.StateUnknown, queue.ReasonNone)
	_, err = f.m.Keep(t.Context(), 2, []queue.Beat{{Place: ticket}})
	f.wants(err, queue.ErrLost)
	_, err = f.m.Reveal(t.Context(), "two", [32]byte{1})
	f.wants(err, queue.ErrUnknown)
}

func TestARampDoesNotOpenADrawThatWaitsForItsSeed(t *testing.T) {
	f := newFixture(t)
	open, ramp := f.step(2, time.Minute, queue.PhaseOpen), f.step(3, 2*time.Minute, queue.PhaseOpen)
	open.Draw, ramp.SetShare, ramp.Share = true, true, 500
	f.plan(f.step(1, 0, queue.PhaseLobby), open, ramp)
	f.advance()
	f.join(1)
	f.join(2)
	f.pass(time.Minute)
	f.advance()
	f.pass(time.Minute)
	s := f.advance()
	equal(t, "phase", s.Opening.Phase, queue.PhaseDrawing)
	equal(t, "share", s.Opening.Share, 500)
}

func TestALobbyWithoutADrawStandsInTheOrderOfArrival(t *testing.T) {
	f := newFixture(t)
	tickets := f.lobby(40, false)
	f.pass(time.Minute)
	s := f.advance()
	equal(t, "phase", s.Opening.Phase, queue.PhaseOpen)
	equal(t, "spread", s.Hold, f.now+2_000+2)
	f.state(f.keep(tickets[3]), queue.StateWaiting, queue.ReasonNone)
}

func TestAStartThatWasBroughtForwardLeavesPagesMoreTime(t *testing.T) {
	f := newFixture(t)
	f.lobby(2, false)
	f.pass(10 * time.Second)
	f.settle(func(d *queue.Document) { d.Plan[1].At = f.now + 1 })
	f.pass(time.Millisecond)
	equal(t, "hold", f.advance().Hold, f.now+f.room().timing().hold)
}

func TestEachStepTakesEffectOnceByItsRank(t *testing.T) {
	f := newFixture(t)
	f.plan(f.step(1, 0, queue.PhaseClosed), f.step(2, time.Minute, queue.PhaseLine))
	equal(t, "phase", f.advance().Opening.Phase, queue.PhaseClosed)
	f.pass(time.Minute)
	equal(t, "cursor", f.advance().Opening.Cursor, 2)
	f.plan(f.step(1, 0, queue.PhaseClosed), f.step(2, 0, queue.PhaseOpen))
	s := f.advance()
	equal(t, "phase after an edit of what is done", s.Opening.Phase, queue.PhaseLine)
	equal(t, "cursor", s.Opening.Cursor, 2)
	f.plan(f.step(3, 0, queue.PhaseOpen))
	equal(t, "phase after a higher rank", f.advance().Opening.Phase, queue.PhaseOpen)
}

func TestStepsWaitForTheHold(t *testing.T) {
	f := newFixture(t)
	f.plan(f.step(1, 0, queue.PhaseClosed))
	f.room().hold = f.now + 1
	equal(t, "cursor during the hold", f.advance().Opening.Cursor, 0)
	f.pass(time.Millisecond)
	equal(t, "cursor after it", f.advance().Opening.Cursor, 1)
}

func TestSixteenStepsAtOnce(t *testing.T) {
	f := newFixture(t)
	var steps []queue.Step
	for rank := range uint8(20) {
		steps = append(steps, f.step(rank+1, 0, queue.PhaseClosed))
	}
	f.plan(steps...)
	equal(t, "cursor", f.advance().Opening.Cursor, queue.MaxDue)
	equal(t, "cursor", f.advance().Opening.Cursor, 20)
}

func TestOpeningsThatThePlanNoLongerHasAreForgottenButForTheLatest(t *testing.T) {
	f := newFixture(t)
	for i := range 70 {
		s := f.step(1, 0, queue.PhaseClosed)
		s.Opening = fmt.Sprint(i)
		f.plan(s)
		f.advance()
	}
	done := f.room().opening.Done
	equal(t, "openings", len(done), oldOpenings+1)
	equal(t, "oldest is known", has(done, "0"), false)
	equal(t, "latest is known", has(done, "69"), true)
}

func TestAnEndWithoutCarryOverRaisesTheFloor(t *testing.T) {
	f := newFixture(t, pause)
	stay := reach["spent, live"](f)
	two, three := f.queued(2), f.queued(3)
	f.run()
	f.queued(4)
	end := f.step(1, 0, queue.PhaseLine)
	end.Floor = true
	f.plan(end)
	s := f.advance()
	equal(t, "waiting", s.Waiting, 0)
	equal(t, "set of a place below", f.room().setOf(visitor(4)), setNone)
	f.state(f.keep(queue.Place{Visitor: visitor(4), Epoch: s.Epoch, Number: 4, Order: s.Opening.Floor}), queue.StateSpent, queue.ReasonFloor)
	f.state(f.claim(two), queue.StateInside, queue.ReasonNone)
	f.state(f.keep(three), queue.StateCalled, queue.ReasonNone)
	f.state(f.keep(stay), queue.StateInside, queue.ReasonNone)
	f.state(f.arrive(queue.Arrival{Visitor: visitor(5)}).Standing, queue.StateWaiting, queue.ReasonNone)
}

func TestARoomThatRemembersNothingIgnoresTheEndsOfEarlier(t *testing.T) {
	f := newFixture(t, pause)
	f.queued(1)
	end := f.step(1, 0, queue.PhaseLine)
	end.Floor, end.At = true, f.room().made-1
	f.plan(end)
	equal(t, "floor", f.advance().Opening.Floor, 0)
}

func TestSoldOutAndStandingBy(t *testing.T) {
	f := newFixture(t, pause)
	s := f.step(1, 0, queue.PhaseOpen)
	s.SetQuota, s.Quota, s.Per, s.Standby = true, 1, 1, 2
	f.plan(s)
	f.advance()
	f.report(queue.Outcome{Kind: queue.Booked, Count: 1, Ref: code(1)})
	f.queued(1)
	f.queued(2)
	f.state(f.arrive(queue.Arrival{Visitor: visitor(3)}).Standing, queue.StateRefused, queue.ReasonSoldOut)
	f.run()
	equal(t, "calls while sold out", len(f.room().calls), 0)
	f.report(queue.Outcome{Kind: queue.Freed, Count: 1, Ref: code(2)})
	f.run()
	equal(t, "calls when a slot came free", len(f.room().calls), 1)
	reset := f.step(2, 0, queue.PhaseOpen)
	reset.SetQuota, reset.Quota, reset.Per, reset.Reset = true, 5, 0, true
	reset.Per = 1
	f.plan(reset)
	equal(t, "booked after a reset", f.advance().Opening.Booked, 0)
}

func TestADocumentIsReplacedByTheNextVersionOnly(t *testing.T) {
	f := newFixture(t)
	d := f.advance().Document
	stored, err := f.m.Settle(t.Context(), d)
	f.must(err)
	equal(t, "version", stored.Version, d.Version+1)
	got, err := f.m.Settle(t.Context(), d)
	f.wants(err, queue.ErrConflict)
	equal(t, "stored version", got.Version, stored.Version)
}

func TestARoomThatNeedsANewReleaseRefusesAnOlderOne(t *testing.T) {
	f := newFixture(t)
	old := f.m.Release(1)
	_, err := old.Snapshot(t.Context())
	f.must(err)
	f.lobby(0, true)
	_, err = old.Snapshot(t.Context())
	f.wants(err, queue.ErrFormat)
	f.wants(old.Restore(t.Context(), queue.Watermark{Document: document()}), queue.ErrFormat)
}
