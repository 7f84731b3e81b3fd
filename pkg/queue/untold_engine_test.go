package queue_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// away says whether the store answers.
func (c *counting) away(gone bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = gone
}

// TestAProcessThatIsToEndTellsWhatWasBookedFirst ends one while its store is away: one that comes back in time is told of all, and what
// another was not told is known when the process has ended.
func TestAProcessThatIsToEndTellsWhatWasBookedFirst(t *testing.T) {
	for _, tt := range []struct {
		name  string
		back  time.Duration
		takes time.Duration
		left  queue.Untold
	}{
		{"the store is back in time", 3 * time.Second, 3 * time.Second, queue.Untold{}},
		{"the store stays away", time.Hour, 10 * time.Second, queue.Untold{Booked: 3, Freed: 1, Totals: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &counting{Store: inTime(t), calls: map[string]int{}}
				room, stop := running(t, store, queue.RoomConfig{Visitors: 1024, Document: controls(queue.ModeRun, 60, ""), ConfigHash: "a"})
				store.away(true)
				<-time.After(time.Second)
				err := room.Report(t.Context(), queue.Outcome{Kind: queue.Total, Count: 10}, queue.Outcome{Kind: queue.Booked, Count: 3},
					queue.Outcome{Kind: queue.Freed, Count: 1}, queue.Outcome{Kind: queue.Finished, Visitor: queue.VisitorID{1}})
				if !errors.Is(err, queue.ErrUnavailable) {
					t.Errorf("the report: %v", err)
				}
				began := time.Now()
				back := time.AfterFunc(tt.back, func() { store.away(false) })
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				room.Finishing(ctx)
				cancel()
				if took := time.Since(began); took < tt.takes || took > tt.takes+time.Second {
					t.Errorf("it has waited for %v, want about %v", took, tt.takes)
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
				back.Stop()
				if got := room.Untold(); got != tt.left {
					t.Errorf("%+v was not told, want %+v", got, tt.left)
				}
				f, err := store.Store.Snapshot(t.Context())
				if want := 12 - 12*min(1, tt.left.Booked); err != nil || f.Opening.Booked != want {
					t.Errorf("the store knows of %d, %v; want %d", f.Opening.Booked, err, want)
				}
			})
		})
	}
}

// TestAProcessWithNothingToTellEndsAtOnce has a store that is away, and stays that have ended: they run out by themselves.
func TestAProcessWithNothingToTellEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counting{Store: inTime(t), calls: map[string]int{}}
		room, stop := running(t, store, queue.RoomConfig{Visitors: 1024, Document: controls(queue.ModeRun, 60, ""), ConfigHash: "a"})
		store.away(true)
		<-time.After(time.Second)
		if err := room.Leave(t.Context(), queue.VisitorID{1}); !errors.Is(err, queue.ErrUnavailable) {
			t.Error(err)
		}
		began := time.Now()
		room.Finishing(t.Context())
		if took := time.Since(began); took != 0 {
			t.Errorf("it has waited for %v", took)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}
