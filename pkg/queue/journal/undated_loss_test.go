package journal_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// A gateway tells the end of a stay, and the store loses the room. Another gateway, which has not heard of that end, brings the stay back
// before it comes in: from then on nobody has a slot by it.
func TestAStayThatALossBroughtBackBeforeItsEndCameInHoldsNoSlot(t *testing.T) {
	const (
		before = start + 1_000 // the last answer
		ended  = before + 200  // the first answer of the gateway that told the end
	)
	for name, c := range map[string]struct {
		renewed int64
		want    int
	}{
		"renewed before the end came in": {renewed: before + 100},
		"renewed after it":               {renewed: ended + 6_000, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a, one := create(t, dir, false, start)
			b, other := create(t, dir, false, start+1)
			ask := func(f *journal.File, at int64, k journal.Kind) uint64 {
				return f.Begin(journal.Event{At: at, Kind: k}, []queue.VisitorID{id(1)})
			}
			answer := func(f *journal.File, call uint64, at int64, e journal.Event) {
				e.At, e.Visitor = at, journal.ID(id(1))
				f.End(call, []journal.Event{e})
			}
			sees := func(f *journal.File, at int64, epoch uint64, called int64) {
				f.End(f.Begin(journal.Event{At: at, Kind: journal.Snapshot}, nil), []journal.Event{{
					At: at, Kind: journal.Snapshot,
					Snapshot: &journal.Marks{Epoch: epoch, Quota: 2, Per: 1, Share: 1000, Called: called, Calls: called - 1},
				}})
			}
			inside := func(k journal.Kind, at int64) journal.Event {
				return journal.Event{Kind: k, State: journal.State(queue.StateInside), Started: before, Told: at, Until: at + 300_000}
			}
			answer(a, ask(a, before, journal.Settle), start, journal.Event{
				Kind: journal.Settle, Document: &queue.Document{Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60}, Timing: queue.DefaultTiming()},
			})
			sees(a, before, epoch, 1)
			sees(b, before, epoch, 1)
			answer(a, ask(a, before, journal.Claim), before, inside(journal.Claim, before))
			end := ask(a, before, journal.Report)
			m := queue.Watermark{Epoch: epoch, Ceiling: 1000}
			restore := b.Begin(journal.Event{At: before, Kind: journal.Restore, Watermark: &m}, nil)
			b.End(restore, []journal.Event{{At: before, Kind: journal.Restore, Watermark: &m}})
			sees(b, before+80, epoch+1, 1)
			answer(a, end, before, journal.Event{Kind: journal.Finish})
			if c.renewed < ended {
				answer(b, ask(b, before+80, journal.Renew), c.renewed, inside(journal.Renew, c.renewed))
			}
			sees(a, ended, epoch+1, 1)
			for at := ended + 500; at < ended+6_000; at += 500 {
				sees(b, at, epoch+1, 1)
			}
			if c.renewed > ended {
				answer(b, ask(b, ended, journal.Renew), c.renewed, inside(journal.Renew, c.renewed))
			}
			sees(b, ended+6_100, epoch+1, 1)
			sees(b, ended+6_200, epoch+1, 3)
			found := brokenTogether(t, []*journal.File{a, b}, one, other)
			if found[journal.RuleQuota] != c.want {
				t.Errorf("broken are %v, want %d of the quota", found, c.want)
			}
		})
	}
}
