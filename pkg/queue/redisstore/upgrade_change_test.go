package redisstore_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
)

// A call of before is open for at most the window that is in force now.
func TestCallsOfALongerWindowAreOfNow(t *testing.T) {
	for _, dir := range recordings(t) {
		r := record(t, dir)
		d := r.document()
		d.Timing.Window = time.Second
		if err := r.store.Restore(t.Context(), queue.Watermark{Document: d}); err != nil {
			t.Fatal(err)
		}
		calls := 0
		for _, call := range r.client.ZRangeWithScores(t.Context(), r.old("2:calls"), 0, -1).Val() {
			if calls++; int64(call.Score) > r.clock.Now() {
				t.Errorf("a call of %s is of %.0f, %d is now", dir, call.Score, r.clock.Now())
			}
		}
		if calls == 0 {
			t.Errorf("%s has no call", dir)
		}
	}
}

// An operator of the release before changes the room between the two calls that read it and begin to take it over.
func TestWhatChangesWhileARoomIsTakenOverIsTakenOver(t *testing.T) {
	for _, dir := range recordings(t) {
		r := record(t, dir)
		changing := must(redisstore.New(&stopsAfter{UniversalClient: r.client, calls: 1, stop: func() {
			r.client.HIncrBy(t.Context(), r.old("room"), "version", 1)
			r.client.HSet(t.Context(), r.old("room"), "rate", 77)
		}}, redisstore.Config{Room: r.room, Clock: r.clock.Now}))(t)
		if err := changing.Restore(t.Context(), queue.Watermark{Document: r.document()}); err != nil {
			t.Fatal(err)
		}
		d := must(r.store.Snapshot(t.Context()))(t).Document
		if d.Pace.Rate != 77 || d.Version != r.said.Line.Version+1 {
			t.Errorf("version %d with a rate of %d, want %d with 77", d.Version, d.Pace.Rate, r.said.Line.Version+1)
		}
	}
}
