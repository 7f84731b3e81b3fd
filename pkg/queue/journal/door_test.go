package journal_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/queuetest/model"
)

// TestATurnAtTheDoorGoesOnUntilATickHasEndedIt has a visitor at the door who asks again after Confirm and before the next tick: the store
// keeps the turn, ahead of somebody who asked first in between and has asked since. Nobody passes anybody, and the bound holds.
func TestATurnAtTheDoorGoesOnUntilATickHasEndedIt(t *testing.T) {
	now := start
	var events []journal.Event
	store := &journal.Recorder{
		Store: model.New(func() int64 { return now }), Sink: func(e journal.Event) { events = append(events, e) },
		Clock: func() int64 { return now }, Figures: true,
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	d := queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 6000, Burst: 10, MaxInside: 1, Strict: true}, Timing: queue.DefaultTiming()}
	d.Timing.Lead, d.Timing.Grace = 4*time.Second, time.Millisecond
	confirm := d.Timing.Confirm.Milliseconds()
	tick := func() {
		t.Helper()
		_, err := store.Advance(t.Context(), queue.Watermark{Gateway: "a"}, queue.Sample{}, queue.Verdict{})
		must(err)
	}
	must(store.Restore(t.Context(), queue.Watermark{Document: d}))
	arrivals := []queue.Arrival{{Visitor: queue.VisitorID{1}}, {Visitor: queue.VisitorID{2}}, {Visitor: queue.VisitorID{3}}}
	joined, err := store.Join(t.Context(), arrivals)
	must(err)
	claim := func(who int, want queue.State) {
		t.Helper()
		reply, err := store.Claim(t.Context(), 0, []queue.Place{joined.Places[who].Place})
		must(err)
		if got := reply.Standings[0].State; got != want {
			t.Fatalf("visitor %d is %v, want %v", who, got, want)
		}
	}
	for range 20 {
		now += 250
		beats := []queue.Beat{{Place: joined.Places[0].Place}, {Place: joined.Places[1].Place}, {Place: joined.Places[2].Place}}
		_, err := store.Keep(t.Context(), 0, beats)
		must(err)
		tick()
	}
	claim(0, queue.StateInside)
	claim(1, queue.StateFull)
	now += 5000
	claim(2, queue.StateFull)
	now += confirm - 5000
	claim(2, queue.StateFull)
	now++
	claim(1, queue.StateFull)
	_, err = store.Report(t.Context(), queue.Tally{}, []queue.Outcome{{Kind: queue.Finished, Visitor: arrivals[0].Visitor}})
	must(err)
	now++
	claim(2, queue.StateFull)
	claim(1, queue.StateInside)
	claim(2, queue.StateFull)
	check, err := journal.New(journal.Config{Ordered: true, Report: func(v journal.Violation) { t.Errorf("%v", v) }})
	must(err)
	for _, e := range events {
		check.Observe(e)
	}
	check.Close()
}
