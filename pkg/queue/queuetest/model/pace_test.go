package model

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestABucketIsFilledUpToItsBoundAndNeverByAProductThatOverflows(t *testing.T) {
	for _, c := range []struct{ credit, bound, gap, speed, want int64 }{
		{0, 100, 3, 10, 30},
		{0, 100, 10, 10, 100},
		{0, 100, 1 << 60, 10, 100},
		{50, 100, 1 << 60, 0, 50},
		{150, 100, 0, 10, 100}, // a lower bound takes the excess away at once
	} {
		equal(t, "filled", filled(c.credit, c.bound, c.gap, c.speed), c.want)
	}
}

func TestPaceIsPaidAtEntryAndALapsedCallCostsNone(t *testing.T) {
	f := newFixture(t, pause)
	p := f.queued(1)
	before := f.room().credit
	f.run()
	equal(t, "credit after the call", f.room().credit, before)
	f.claim(p)
	equal(t, "credit after the entry", f.room().credit, before-queue.Units)
	equal(t, "admitted", f.advance().Admitted, 1)
}

func TestCallsHaveABucketOfTheirOwn(t *testing.T) {
	f := newFixture(t, pause, func(d *queue.Document) { d.Pace.Burst, d.Timing.Lead = 2, 0 })
	f.room().credit = 12 * queue.Units
	for n := range 10 {
		f.queued(n + 1)
	}
	f.room().document.Pace.Mode = queue.ModeRun
	f.room().callcredit = 3 * queue.Units
	f.advance()
	equal(t, "calls", len(f.room().calls), 3)
}

func TestNoCallsWhileTheRoomMayNotCall(t *testing.T) {
	for name, edit := range map[string]func(r *room){
		"paused":    func(r *room) { r.document.Pace.Mode = queue.ModePause },
		"rate 0":    func(r *room) { r.document.Pace.Rate = 0 },
		"share 0":   func(r *room) { r.opening.Share = 0 },
		"unhealthy": func(r *room) { r.judgement.Factor = 0 },
		"held":      func(r *room) { r.hold = r.now + 1_000 },
		"closed":    func(r *room) { r.opening.Phase = queue.PhaseClosed },
		"lobby":     func(r *room) { r.opening.Phase = queue.PhaseLobby },
		"drawing":   func(r *room) { r.opening.Phase = queue.PhaseDrawing },
		"line":      func(r *room) { r.opening.Phase = queue.PhaseLine },
		"through":   func(r *room) { r.opening.Phase = queue.PhaseThrough },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, pause)
			f.queued(1)
			f.room().document.Pace.Mode = queue.ModeRun
			edit(f.room())
			equal(t, "calls", f.advance().Calls, 0)
		})
	}
}

func TestNobodyEntersAboveMaxInsideAndWhoAskedFirstEntersFirst(t *testing.T) {
	f := newFixture(t, pause)
	one, two := f.queued(1), f.queued(2)
	f.run()
	f.fillRoom()
	f.state(f.claim(two), queue.StateFull, queue.ReasonNone)
	f.pass(time.Second)
	f.state(f.claim(one), queue.StateFull, queue.ReasonNone)
	f.leave(99)
	f.pass(time.Second)
	f.state(f.claim(one), queue.StateFull, queue.ReasonNone)
	f.state(f.claim(two), queue.StateInside, queue.ReasonNone)
	f.state(f.claim(one), queue.StateFull, queue.ReasonNone)
}

func TestWhoDoesNotAskAgainLosesTheTurnAtTheDoorButNotTheCall(t *testing.T) {
	f := newFixture(t, pause)
	p := reach["asking"](f)
	asked := f.now
	f.pass(f.room().document.Timing.Confirm)
	f.advance()
	s := f.keep(p)
	f.state(s, queue.StateCalled, queue.ReasonNone)
	equal(t, "call", s.Until, asked+f.room().timing().window)
}

func TestWhoIsInsideCountsInFullForAWhileAndThenByTheChanceToComeBack(t *testing.T) {
	f := newFixture(t)
	f.renew(1, f.now, f.now)
	equal(t, "counted at once", f.room().counted(), 1000)
	f.pass(f.room().document.Timing.Active)
	c := f.advance().Counted
	if c <= 0 || c >= 1000 {
		t.Errorf("counted after Active: %d permille", c)
	}
	f.settle(func(d *queue.Document) { d.Pace.Strict = true })
	equal(t, "counted in a strict room", f.advance().Counted, 1000)
	f.pass(f.room().document.Timing.Idle)
	equal(t, "counted after Idle", f.advance().Counted, 0)
}

func TestAStayThatIsNotConfirmedCountsOnlyForAShortTime(t *testing.T) {
	for _, strict := range []bool{false, true} {
		f := newFixture(t, func(d *queue.Document) { d.Pace.Strict = strict })
		f.state(f.arrive(queue.Arrival{Visitor: visitor(1)}).Standing, queue.StateInside, queue.ReasonNone)
		if c := f.room().counted(); c <= 0 {
			t.Errorf("counted at once: %d", c)
		}
		f.pass(f.room().document.Timing.Confirm)
		equal(t, "counted after Confirm", f.advance().Counted, 0)
		equal(t, "live after Confirm", f.advance().Live, 1)
	}
}

func TestCurvesLearnWhatCameAndWhatOutlived(t *testing.T) {
	f := newFixture(t, pause)
	one, two := f.queued(1), f.queued(2)
	f.run()
	f.pass(3 * time.Second)
	f.claim(one)
	call := &f.room().curves[queue.CurveCall]
	equal(t, "calls claimed after 2 to 5 s", call.Back[1], 1)
	f.advance()
	equal(t, "calls not claimed within 2 s", call.Surv[0], 1)
	f.pass(3 * time.Second)
	f.advance()
	equal(t, "calls not claimed within 5 s", call.Surv[1], 1)
	f.claim(two)
	f.renew(1, f.now-3000, f.now)
	equal(t, "second requests after 2 to 5 s", f.room().curves[queue.CurveInside1].Back[1], 1)
	group, _, _ := f.room().told(visitor(1))
	equal(t, "group", group, 2)
}

func TestTheQuotaBoundsWhoIsLetIn(t *testing.T) {
	for _, c := range []struct{ quota, per, booked, inside, want int64 }{
		{-1, 1, 0, 0, queue.MaxCalls},
		{10, 1, 0, 0, 10},
		{10, 2, 0, 0, 5},
		{10, 2, 0, 3, 2},
		{10, 2, 3, 1, 2},
		{10, 2, 9, 0, 1}, // the odd last slot is offered
		{10, 2, 9, 1, 0},
		{10, 2, 10, 0, 0},
		{10, 2, 12, 0, 0},
	} {
		f := newFixture(t)
		for n := range c.inside {
			f.renew(int(n)+1, f.now, f.now)
		}
		o := &f.room().opening
		o.Quota, o.Per, o.Booked = c.quota, c.per, c.booked
		equal(t, "quota left", f.room().quotaLeft(), c.want)
	}
}

func TestABookingMovesTheStayInTheSameStep(t *testing.T) {
	f := newFixture(t)
	f.renew(1, f.now, f.now)
	o := &f.room().opening
	o.Quota = 10
	equal(t, "left before", f.room().quotaLeft(), 9)
	booked := queue.Outcome{Kind: queue.Booked, Visitor: visitor(1), Count: 1, Ref: code(1)}
	f.report(booked, booked)
	equal(t, "booked", o.Booked, 1)
	equal(t, "left after", f.room().quotaLeft(), 9)
	equal(t, "reports", o.Reports, 1)
	f.report(queue.Outcome{Kind: queue.Freed, Count: 3, Ref: code(2)})
	equal(t, "booked after more was freed", o.Booked, 0)
	f.report(queue.Outcome{Kind: queue.Total, Count: 7})
	equal(t, "booked by the operator", o.Booked, 7)
}

func TestTimeIsPaidAtTheShareThatWasInForce(t *testing.T) {
	f := newFixture(t, pause)
	f.room().credit, f.room().callcredit = 0, 0
	f.pass(time.Second)
	_, err := f.m.Advance(t.Context(), queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 1})
	f.must(err)
	equal(t, "paid before the site is unwell", f.room().credit, queue.Units)
	f.pass(time.Second)
	_, err = f.m.Advance(t.Context(), queue.Watermark{}, queue.Sample{}, queue.Verdict{Tick: 2, Factor: 1000})
	f.must(err)
	equal(t, "paid while it was", f.room().credit, queue.Units)

	f.settle(func(d *queue.Document) {
		d.Plan = []queue.Step{{At: f.now + 1000, Opening: "a", Rank: 1, SetShare: true, Share: 0}}
	})
	f.pass(time.Second)
	f.advance()
	equal(t, "paid before the share ends", f.room().credit, 2*queue.Units)
}

func TestAClockThatIsSetBackDoesNotStopThePace(t *testing.T) {
	f := newFixture(t, pause)
	f.room().credit = 0
	f.pass(-time.Hour)
	f.advance()
	equal(t, "paid for a step back", f.room().credit, 0)
	f.pass(time.Second)
	f.advance()
	equal(t, "paid behind it", f.room().credit, queue.Units)
}
