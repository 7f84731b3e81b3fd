package model

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestAnAbsentPlaceNeitherBlocksTheLineNorUsesACall(t *testing.T) {
	f := newFixture(t, pause)
	one, two := f.queued(1), f.queued(2)
	f.away(one)
	f.run()
	equal(t, "first", f.room().setOf(one.Visitor), setMissed)
	equal(t, "second", f.room().setOf(two.Visitor), setCalls)
	equal(t, "called", f.advance().Called, 1)
	equal(t, "head", f.room().headNumbers[0], two.Number)
	f.state(f.keep(one), queue.StateFront, queue.ReasonNone)
	three := f.queued(3)
	f.run()
	equal(t, "front is called too", f.room().setOf(one.Visitor), setCalls)
	equal(t, "the next of the line too", f.room().setOf(three.Visitor), setCalls)
}

func TestAPlaceIsAbsentWithoutHeartbeats(t *testing.T) {
	f := newFixture(t, pause)
	f.queued(1)
	f.pass(f.room().document.Timing.Absent / 2)
	two := f.queued(2)
	f.advance()
	f.pass(f.room().document.Timing.Absent / 2)
	f.run()
	equal(t, "calls", len(f.room().calls), 1)
	equal(t, "set", f.room().setOf(two.Visitor), setCalls)
}

func TestALongSilenceHoldsTheLine(t *testing.T) {
	f := newFixture(t)
	f.pass(f.room().document.Timing.Absent/2 + time.Millisecond)
	equal(t, "hold", f.advance().Hold, f.now+f.room().timing().hold)
}

func TestAHoldOfAWrongClockIsCut(t *testing.T) {
	f := newFixture(t)
	f.room().hold = f.now + time.Hour.Milliseconds()
	equal(t, "hold", f.advance().Hold, f.now+36_000)
}

func TestLanesShareThePaceByWeight(t *testing.T) {
	f := newFixture(t, pause)
	for n := range 60 {
		f.keep(f.arrive(queue.Arrival{Visitor: visitor(n + 1), Lane: uint8(n % 2)}).Place)
	}
	f.room().opening.Weights[1] = 3
	f.room().now = f.now
	f.room().callNext(20)
	equal(t, "lane 0", len(f.room().inLane(0)), 25)
	equal(t, "lane 1", len(f.room().inLane(1)), 15)
	f.room().callNext(1000)
	equal(t, "a lane alone has the whole pace", len(f.room().line), 0)
}

func TestLanesHaveHeadsOfTheirOwn(t *testing.T) {
	f := newFixture(t, pause)
	f.keep(f.arrive(queue.Arrival{Visitor: visitor(1), Lane: 3}).Place)
	f.run()
	s := f.advance()
	equal(t, "head of lane 3", s.HeadNumbers[3], 1)
	equal(t, "head of lane 0", s.HeadNumbers[0], 0)
	equal(t, "format", s.Format, queue.Format)
}

func TestFrontComesBeforeTheLinesAndDoesNotMoveTheTurnOfTheLanes(t *testing.T) {
	f := newFixture(t, pause)
	reach["front"](f)
	f.queued(2)
	cur := f.room().cur
	f.room().now = f.now
	f.room().callNext(1)
	equal(t, "called", f.room().setOf(visitor(1)), setCalls)
	equal(t, "turn", f.room().cur, cur)
}

func TestOneAdvanceLooksAtSoManyPlaces(t *testing.T) {
	f := newFixture(t, pause)
	r := f.room()
	for n := range queue.MaxScan + 10 {
		r.line[visitor(n+1)] = waiting{order: queue.OrderOf(r.epoch, uint64(n+1))}
	}
	r.callNext(5)
	equal(t, "left in the line", len(r.line), 10)
	r.heads[0], r.now = queue.OrderOf(r.epoch, queue.MaxScan+5), f.now
	r.passOver()
	equal(t, "left behind the head", len(r.line), 5)
}

func TestSamplesAndVerdicts(t *testing.T) {
	f := newFixture(t)
	send := func(gateway string, s queue.Sample, v queue.Verdict) queue.Snapshot {
		t.Helper()
		snapshot, err := f.m.Advance(t.Context(), queue.Watermark{Gateway: gateway}, s, v)
		f.must(err)
		return snapshot
	}
	send("one", queue.Sample{Tick: 5, Blob: "a"}, queue.Verdict{Tick: 4, Factor: 500})
	s := send("two", queue.Sample{Tick: 5, Blob: "b"}, queue.Verdict{Tick: 4, Factor: 900})
	equal(t, "samples", len(s.Samples), 2)
	equal(t, "gateways", s.Gateways, 2)
	equal(t, "factor", s.Judgement.Factor, 500)
	s = send("two", queue.Sample{Tick: 4, Blob: "old"}, queue.Verdict{Tick: 5, Factor: 900})
	equal(t, "newest sample", s.Samples["two"].Blob, "b")
	equal(t, "factor", s.Judgement.Factor, 900)
	f.pass(queue.GatewayLife * time.Millisecond)
	s = send("three", queue.Sample{}, queue.Verdict{})
	equal(t, "samples of those who are there", len(s.Samples), 0)
	equal(t, "gateways", s.Gateways, 1)
	_, err := f.m.Advance(t.Context(), queue.Watermark{}, queue.Sample{}, queue.Verdict{Factor: 1001})
	f.wants(err, queue.ErrInvalid)
}

func TestTheSketchOfALane(t *testing.T) {
	f := newFixture(t, pause)
	r := f.room()
	for n := range 3000 {
		r.line[visitor(n+1)] = waiting{order: queue.OrderOf(r.epoch, uint64(n+1)), lane: 2}
	}
	r.last = 3000
	s := f.advance().Sketches[2]
	ahead, exact := s.Ahead(queue.OrderOf(r.epoch, 500))
	equal(t, "ahead", ahead, 499)
	equal(t, "exact", exact, true)
	ahead, _ = s.Ahead(queue.OrderOf(r.epoch, 2501))
	if ahead < 2475 || ahead > 2525 {
		t.Errorf("ahead of rank 2500: %d", ahead)
	}
}
