package journal_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// A server of the store takes over from one that lives: one process is at the new one, and another still at the old one.
func TestWhatTwoServersTellAtTheSameTimeIsNoEvidenceAboutEachOther(t *testing.T) {
	const taken, old, called, back, found = start + 1_000, start + 1_100, start + 1_150, start + 1_200, start + 1_300
	for name, c := range map[string]struct {
		divided bool
		want    int
	}{
		"one is at the old server":   {divided: true},
		"both are at the new server": {want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a, one := create(t, dir, false, start)
			b, other := create(t, dir, false, start+1)
			answered := func(f *journal.File, at int64, e journal.Event, ids ...queue.VisitorID) {
				call := f.Begin(journal.Event{At: at, Kind: e.Kind, Watermark: e.Watermark}, ids)
				e.At = at
				f.End(call, []journal.Event{e})
			}
			tick := func(f *journal.File, at int64, epoch uint64) {
				answered(f, at, journal.Event{Kind: journal.Snapshot, Snapshot: &journal.Marks{Epoch: epoch, Last: 9}})
			}
			keep := func(f *journal.File, at int64, s queue.State, until int64) {
				answered(f, at, journal.Event{
					Kind: journal.Keep, Visitor: journal.ID(id(1)), Epoch: epoch, Number: 5, State: journal.State(s), Until: until,
				}, id(1))
			}
			answered(a, start, journal.Event{Kind: journal.Settle, Document: &queue.Document{
				Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60}, Timing: queue.DefaultTiming(),
			}})
			tick(a, start, epoch)
			tick(b, start, epoch)
			keep(a, start+500, queue.StateWaiting, 0)
			answered(a, taken-10, journal.Event{Kind: journal.Restore, Watermark: &queue.Watermark{Epoch: epoch, Last: 9, Ceiling: 1009}})
			tick(a, taken, epoch+1)
			if c.divided {
				tick(b, old, epoch)
			} else {
				tick(b, old, epoch+1)
			}
			keep(b, called, queue.StateCalled, old+50+queue.DefaultTiming().Window.Milliseconds())
			keep(a, back, queue.StateWaiting, 0)
			tick(b, found, epoch+1)
			keep(b, found+10, queue.StateWaiting, 0)
			lost := brokenTogether(t, []*journal.File{a, b}, one, other)
			if lost[journal.RuleLost] != c.want {
				t.Errorf("broken are %v, want %d of a place lost", lost, c.want)
			}
		})
	}
}
