package journal_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// A server of the store takes over from another one that had called a place and not yet told it so. Until a tick finds that out, it answers
// heartbeats by what it has.
func TestAServerThatTookOverMayTakeBackWhatWasToldSinceTheLastTick(t *testing.T) {
	const tick, called, back, restored = start + 1_000, start + 1_100, start + 1_300, start + 1_400
	marks := func(epoch uint64) journal.Event {
		return journal.Event{Kind: journal.Snapshot, Snapshot: &journal.Marks{Epoch: epoch, Last: 9}}
	}
	for name, c := range map[string]struct {
		restored int64
		beside   int64 // another process is still at the old server
		want     int
	}{
		"a tick finds that the room is another server's": {restored: back},
		"another process is still at the old one":        {restored: back, beside: called + 50},
		"no tick does":           {want: 1},
		"one did so long before": {restored: start + 600, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file, path := create(t, dir, false, start)
			other, beside := create(t, dir, false, start+1)
			answered := func(at int64, e journal.Event, ids ...queue.VisitorID) {
				call := file.Begin(journal.Event{At: at, Kind: e.Kind, Watermark: e.Watermark}, ids)
				e.At = at
				file.End(call, []journal.Event{e})
			}
			keep := func(at int64, s queue.State, until int64) {
				answered(at, journal.Event{
					Kind: journal.Keep, Visitor: journal.ID(id(1)), Epoch: epoch, Number: 5, State: journal.State(s), Until: until,
				}, id(1))
			}
			answered(start, journal.Event{Kind: journal.Settle, Document: &queue.Document{
				Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60}, Timing: queue.DefaultTiming(),
			}})
			keep(start+500, queue.StateWaiting, 0)
			restore := func(at int64) {
				if at == c.restored {
					answered(at, journal.Event{Kind: journal.Restore, Watermark: &queue.Watermark{Epoch: epoch - 1, Last: 9, Ceiling: 1009}})
				}
			}
			restore(start + 600)
			answered(tick, marks(epoch))
			keep(called, queue.StateCalled, tick+50+queue.DefaultTiming().Window.Milliseconds())
			keep(back, queue.StateWaiting, 0)
			if c.beside > 0 {
				other.End(other.Begin(journal.Event{Kind: journal.Snapshot}, nil), []journal.Event{{
					At: c.beside, Kind: journal.Snapshot, Snapshot: marks(epoch).Snapshot,
				}})
			}
			restore(back)
			if c.restored == back {
				answered(restored, marks(epoch+1))
			}
			keep(restored+10, queue.StateWaiting, 0)
			found := brokenTogether(t, []*journal.File{file, other}, path, beside)
			if found[journal.RuleLost] != c.want {
				t.Errorf("broken are %v, want %d of a place lost", found, c.want)
			}
		})
	}
}
