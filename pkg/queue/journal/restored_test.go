package journal_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// A gateway that finds the store empty writes down that it restored it at the time of its last answer. What another one
// was answered since, before the loss, is no evidence after it.
func TestWhatWasAnsweredBetweenTheLastAnswerAndARestoreIsNoEvidence(t *testing.T) {
	for name, c := range map[string]struct {
		loss bool
		want int
	}{"a loss": {loss: true}, "no loss": {want: 1}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a, one := create(t, dir, false, start)
			b, other := create(t, dir, false, start+1)
			ask := func(f *journal.File, at int64, e journal.Event, ids ...queue.VisitorID) {
				call := f.Begin(journal.Event{At: at, Kind: e.Kind, Watermark: e.Watermark}, ids)
				if e.At == 0 {
					e.At = at
				}
				f.End(call, []journal.Event{e})
			}
			keep := func(f *journal.File, at int64, s queue.State, until int64) {
				ask(f, at, journal.Event{
					At: at, Kind: journal.Keep, Visitor: journal.ID(id(1)), Epoch: epoch, Number: 5, State: journal.State(s), Until: until,
				}, id(1))
			}
			keep(a, start+1000, queue.StateFront, 0)
			keep(b, start+1100, queue.StateCalled, start+1050+oldTiming.Window.Milliseconds())
			if c.loss {
				ask(a, start+1000, journal.Event{Kind: journal.Restore, Watermark: &queue.Watermark{Epoch: epoch, Ceiling: 1000}})
			}
			keep(b, start+1160, queue.StateFront, 0) // after the restore took effect at 1,150
			keep(a, start+1170, queue.StateFront, 0)
			for _, f := range []*journal.File{a, b} {
				if err := f.Close(); err != nil {
					t.Fatal(err)
				}
			}
			var found []journal.Violation
			v, err := journal.New(journal.Config{
				Format: journal.FormatOld, Timing: oldTiming, Report: func(x journal.Violation) { found = append(found, x) },
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range merge(t, one, other).Events {
				v.Observe(e)
			}
			v.Close()
			lost := 0
			for _, x := range found {
				if x.Rule == journal.RuleLost {
					lost++
				}
			}
			if lost != c.want {
				t.Errorf("violations are %v, want %d of a place lost", found, c.want)
			}
		})
	}
}
