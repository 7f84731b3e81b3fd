package model

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestATicketBuysOneStayWhateverIsRepeated(t *testing.T) {
	f := newFixture(t, pause)
	p := reach["calls, alive"](f)
	first := f.claim(p)
	f.pass(time.Second)
	equal(t, "stay of a copied ticket", f.claim(p), first)
	equal(t, "admitted", f.advance().Admitted, 1)
	equal(t, "began", first.Started, f.now-1000)
}

func TestAStayThatRanOutIsResumedBeforeEveryNewCall(t *testing.T) {
	f := newFixture(t, pause)
	p := reach["spent, over"](f)
	began, credit := f.room().spent[p.Visitor], f.room().credit
	f.room().opening.Quota = 0 // a resume needs none
	s := f.claim(p)
	f.state(s, queue.StateInside, queue.ReasonNone)
	equal(t, "began", s.Started, began)
	equal(t, "admitted", f.advance().Admitted, 1)
	if f.room().credit < credit {
		t.Error("a resume was paid twice")
	}
}

func TestAResumeThatDoesNotAskAgainJustLeavesTheDoor(t *testing.T) {
	f := newFixture(t, pause)
	p := reach["spent, over, room full"](f)
	f.state(f.claim(p), queue.StateFull, queue.ReasonNone)
	f.pass(f.room().document.Timing.Confirm)
	f.advance()
	f.state(f.keep(p), queue.StateMissed, queue.ReasonOver)
	f.state(f.claim(p), queue.StateFull, queue.ReasonNone)
	f.pass(f.room().document.Timing.Resume)
	f.state(f.keep(p), queue.StateSpent, queue.ReasonExpired)
	f.state(f.claim(p), queue.StateSpent, queue.ReasonExpired)
}

func TestAResumeThatIsToldOfAgainKeepsItsTurnAtTheDoor(t *testing.T) {
	f := newFixture(t, pause)
	p := reach["spent, over, room full"](f)
	f.state(f.claim(p), queue.StateFull, queue.ReasonNone)
	door := f.room().asking[p.Visitor]
	_, last, _ := f.room().told(p.Visitor)
	f.pass(4 * time.Second)
	f.state(f.renew(1, f.room().spent[p.Visitor], last), queue.StateMissed, queue.ReasonOver)
	equal(t, "its turn", f.room().asking[p.Visitor], door)
	f.state(f.claim(p), queue.StateFull, queue.ReasonNone)
	equal(t, "first asked", f.room().asking[p.Visitor].first, door.first)
	f.state(f.renew(1, f.room().spent[p.Visitor], f.now), queue.StateInside, queue.ReasonNone)
	equal(t, "at the door", f.room().setOf(p.Visitor), setSpent)
}

func TestNoStayLivesBeyondItsMax(t *testing.T) {
	f := newFixture(t)
	began := f.now
	timing := f.room().timing()
	for f.now+timing.idle < began+timing.max {
		s := f.renew(1, began, f.now)
		f.state(s, queue.StateInside, queue.ReasonNone)
		equal(t, "end", s.Until, f.now+timing.idle)
		f.pass(9 * time.Minute)
	}
	equal(t, "last end", f.renew(1, began, f.now).Until, began+timing.max)
	f.now = began + timing.max
	f.state(f.renew(1, began, f.now), queue.StateSpent, queue.ReasonExpired)
	equal(t, "set", f.room().setOf(visitor(1)), setEnded)
}

func TestRequestsMoveAStayOn(t *testing.T) {
	f := newFixture(t)
	f.state(f.arrive(queue.Arrival{Visitor: visitor(1)}).Standing, queue.StateInside, queue.ReasonNone)
	began := f.now
	want := []int{2, 3, 4, 5, 6, 7, 8, 8}
	for _, group := range want {
		f.pass(time.Second)
		f.renew(1, began, f.now)
		f.renew(1, began, f.now) // told twice
		f.renew(1, began, began) // told late
		got, at, _ := f.room().told(visitor(1))
		equal(t, "group", got, group)
		equal(t, "last request", at, f.now)
	}
	f.report(queue.Outcome{Kind: queue.Booked, Visitor: visitor(1), Count: 1, Ref: code(1)})
	f.pass(time.Second)
	f.renew(1, began, f.now)
	got, _, _ := f.room().told(visitor(1))
	equal(t, "group of a stay that has booked", got, served)
}

func TestARequestToldLateRenewsFromWhenItWasMade(t *testing.T) {
	f := newFixture(t)
	idle := f.room().timing().idle
	began := f.now
	f.pass(12 * time.Minute)
	s := f.renew(1, began, f.now-1000)
	f.state(s, queue.StateInside, queue.ReasonNone)
	equal(t, "end", s.Until, f.now-1000+idle)
	f.state(f.renew(2, began, began), queue.StateMissed, queue.ReasonOver)
	future := f.renew(3, f.now+5000, f.now+5000)
	equal(t, "begin of a stay of tomorrow", future.Started, f.now)
	equal(t, "its end", future.Until, f.now+idle)
}

func TestRenewTakesAVisitorOutOfEveryWaitingSet(t *testing.T) {
	for _, set := range []string{"line", "front", "calls, alive", "asking", "missed", "lapsed"} {
		f := newFixture(t, pause)
		reach[set](f)
		f.state(f.renew(1, f.now, f.now), queue.StateInside, queue.ReasonNone)
		checkSets(t, f.room())
		equal(t, set, f.room().setOf(visitor(1)), setSpent)
	}
}

func TestWhatEndsIsCountedOnce(t *testing.T) {
	f := newFixture(t)
	f.renew(1, f.now, f.now)
	done := queue.Outcome{Kind: queue.Finished, Visitor: visitor(1)}
	f.report(done, done)
	f.leave(1)
	f.leave(2)
	f.leave(2)
	s := f.advance()
	equal(t, "finished", s.Finished, 1)
	equal(t, "left", s.Left, 1)
	equal(t, "ended lately", len(s.Ended), 2)
	f.state(f.renew(1, f.now, f.now), queue.StateSpent, queue.ReasonFinished)
	f.pass(queue.EndedFor * time.Millisecond)
	equal(t, "ended lately", len(f.advance().Ended), 0)
}

func TestASecondLapseEndsTheTicket(t *testing.T) {
	f := newFixture(t, pause)
	p := reach["lapsed"](f)
	f.state(f.claim(p), queue.StateFront, queue.ReasonAgain)
	f.run()
	f.state(f.keep(p), queue.StateCalled, queue.ReasonAgain)
	f.pass(f.room().document.Timing.Window)
	f.advance()
	f.state(f.keep(p), queue.StateSpent, queue.ReasonTwice)
}

func TestWhatIsOldIsForgotten(t *testing.T) {
	f := newFixture(t, pause)
	reach["lapsed"](f)
	f.renew(2, f.now, f.now)
	f.leave(3)
	f.report(queue.Outcome{Kind: queue.Booked, Count: 1, Ref: code(1)})
	timing := f.room().document.Timing
	f.pass(timing.Idle + timing.Resume)
	f.advance()
	if _, _, ok := f.room().told(visitor(2)); ok || !has(f.room().spent, visitor(2)) {
		t.Error("of a stay that is long over only the ticket is remembered")
	}
	f.pass(timing.Life)
	f.advance()
	r := f.room()
	equal(t, "remembered", len(r.lapsed)+len(r.again)+len(r.ended)+len(r.refs)+len(r.orders)+len(r.spent), 0)
}

func TestARequestThatIsToldTooLateResumesNothing(t *testing.T) {
	f := newFixture(t)
	at := f.now - f.room().timing().idle - f.room().timing().resume
	f.state(f.renew(1, at, at), queue.StateSpent, queue.ReasonExpired)
	f.state(f.renew(2, at, at+1), queue.StateMissed, queue.ReasonOver)
	f.state(f.renew(1, at, f.now), queue.StateInside, queue.ReasonNone)
}
