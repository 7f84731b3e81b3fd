package journal_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// A gateway that is cut off writes down at the time of its last answer what it tells. What comes through when it is connected again counts
// then, long after; what was told once may not count twice.
func TestAReportThatWaitedForTheStoreCountsWhenItComesThrough(t *testing.T) {
	const (
		before = start + 1_000 // the last answer
		back   = before + 6_000
	)
	for name, c := range map[string]struct {
		at   int64 // of the snapshot that shows two reports, of one that was told
		fail bool  // a try before was not answered
		dumb bool  // nor was this one
		want int
	}{
		"once":                      {},
		"once, with the second try": {fail: true},
		"once, and not answered":    {dumb: true},
		"twice":                     {at: back + 10_000, want: 1},
		"twice, with the second":    {at: back + 10_000, fail: true, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a, one := create(t, dir, false, start)
			b, other := create(t, dir, false, start+1)
			ask := func(f *journal.File, k journal.Kind) uint64 {
				return f.Begin(journal.Event{At: before, Kind: k}, []queue.VisitorID{id(1)})
			}
			answer := func(f *journal.File, call uint64, at int64, e journal.Event) {
				e.At, e.Visitor = at, journal.ID(id(1))
				f.End(call, []journal.Event{e})
			}
			sees := func(f *journal.File, at int64, reports uint64) {
				f.End(f.Begin(journal.Event{At: before, Kind: journal.Snapshot}, nil), []journal.Event{{
					At: at, Kind: journal.Snapshot,
					Snapshot: &journal.Marks{Epoch: epoch, Quota: 50, Per: 1, Share: 1000, Booked: int64(reports), Reports: reports},
				}})
			}
			sees(a, before, 0)
			sees(b, before, 0)
			if c.fail {
				answer(a, ask(a, journal.Report), before, journal.Event{Kind: journal.Uncertain, Verb: journal.Report})
			}
			told := ask(a, journal.Report)
			sees(b, back-100, 0)
			for at := before + 500; at < back; at += 500 {
				sees(b, at, 0)
			}
			sees(b, back+10, 1)
			if c.dumb {
				answer(a, told, before, journal.Event{Kind: journal.Uncertain, Verb: journal.Report})
			} else {
				answer(a, told, before, journal.Event{Kind: journal.Report, Report: &journal.Outcome{
					Kind: journal.OutcomeKind(queue.Booked), Count: 1, Ref: journal.ID(id(1)),
				}})
			}
			sees(a, back+50, 1)
			for at := back + 500; at < back+12_000; at += 500 {
				if c.at > 0 && at >= c.at {
					sees(b, at, 2)
				} else {
					sees(b, at, 1)
				}
			}
			found := brokenTogether(t, []*journal.File{a, b}, one, other)
			if found[journal.RuleQuota] != c.want || len(found) > 1 {
				t.Errorf("broken are %v, want %d of the quota", found, c.want)
			}
		})
	}
}
