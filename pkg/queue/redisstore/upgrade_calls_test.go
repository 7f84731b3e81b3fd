package redisstore_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
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
