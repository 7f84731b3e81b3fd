package journal_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// Nothing is answered while the store is away, so the end of a stay that waited for it is written down at the time before. What
// another gateway was told of the stay once the store was back may be from before that end; what it was told behind the next
// answer may not.
func TestAnEndThatWaitedForTheStoreIsOlderThanWhatFollowsIt(t *testing.T) {
	const (
		before = start + 1_000 // the last answer
		back   = before + 6_000
		ended  = back + 100 // the first answer of the gateway that told the end
	)
	for name, c := range map[string]struct {
		renewed int64
		want    int
	}{
		"renewed before the end came in": {renewed: back},
		"renewed after it":               {renewed: ended + 1, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a, one := create(t, dir, false, start)
			b, other := create(t, dir, false, start+1)
			answer := func(f *journal.File, call uint64, at int64, e journal.Event) {
				e.At, e.Visitor = at, journal.ID(id(1))
				f.End(call, []journal.Event{e})
			}
			ask := func(f *journal.File, at int64, k journal.Kind) uint64 {
				return f.Begin(journal.Event{At: at, Kind: k}, []queue.VisitorID{id(1)})
			}
			inside := func(k journal.Kind, at int64) journal.Event {
				return journal.Event{Kind: k, State: journal.State(queue.StateInside), Started: before, Told: at, Until: at + 300_000}
			}
			answer(a, ask(a, before, journal.Settle), start, journal.Event{
				Kind: journal.Settle, Document: &queue.Document{Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60}, Timing: queue.DefaultTiming()},
			})
			answer(a, ask(a, before, journal.Claim), before, inside(journal.Claim, before))
			answer(b, ask(b, before, journal.Renew), before, inside(journal.Renew, before))
			end := ask(a, before, journal.Report)
			still := ask(b, before, journal.Renew)
			answer(a, end, before, journal.Event{Kind: journal.Finish})
			answer(a, ask(a, before, journal.Keep), ended, journal.Event{
				Kind: journal.Keep, State: journal.State(queue.StateSpent), Reason: journal.Reason(queue.ReasonFinished),
			})
			answer(b, still, c.renewed, inside(journal.Renew, c.renewed))
			found := brokenTogether(t, []*journal.File{a, b}, one, other)
			if found[journal.RuleStay] != c.want || len(found) > 1 {
				t.Errorf("broken are %v, want %d of a stay", found, c.want)
			}
		})
	}
}

// brokenTogether closes the files of gateways, and counts by rule what their journals together break.
func brokenTogether(t *testing.T, files []*journal.File, paths ...string) map[journal.Rule]int {
	t.Helper()
	for _, f := range files {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	found := map[journal.Rule]int{}
	m := merge(t, paths...)
	v, err := journal.New(m.Config(func(x journal.Violation) { found[x.Rule]++ }))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range m.Events {
		v.Observe(e)
	}
	v.Close()
	return found
}
