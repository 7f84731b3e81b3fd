package journal_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// A heartbeat whose answer does not come is sent again by the store's client. Only the second one is answered, and the place was called
// because of the first.
func TestAHeartbeatThatWasSentTwiceMayHaveBeenHeardTheFirstTime(t *testing.T) {
	const away, called, told = start + 1_000, start + 3_000, start + 3_500
	for name, c := range map[string]struct {
		begun int64
		want  int
	}{
		"before the call":  {begun: called - 100},
		"after the answer": {begun: told, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a, one := create(t, dir, false, start)
			b, other := create(t, dir, false, start+1)
			begin := func(f *journal.File, at int64, k journal.Kind) uint64 {
				return f.Begin(journal.Event{At: at, Kind: k}, []queue.VisitorID{id(1)})
			}
			answer := func(f *journal.File, call uint64, at int64, k journal.Kind, s queue.State, gone bool) {
				e := journal.Event{
					At: at, Kind: k, Visitor: journal.ID(id(1)), Epoch: epoch, Number: 5, State: journal.State(s), Away: gone,
				}
				if s == queue.StateCalled {
					e.Until = called + queue.DefaultTiming().Window.Milliseconds()
				}
				f.End(call, []journal.Event{e})
			}
			a.End(a.Begin(journal.Event{At: start, Kind: journal.Settle}, nil), []journal.Event{{
				At: start, Kind: journal.Settle,
				Document: &queue.Document{Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60}, Timing: queue.DefaultTiming()},
			}})
			answer(a, begin(a, start, journal.Join), start, journal.Join, queue.StateWaiting, false)
			answer(a, begin(a, away, journal.Keep), away, journal.Keep, queue.StateWaiting, true)
			beat := begin(a, c.begun, journal.Keep)
			answer(b, begin(b, told, journal.Keep), told, journal.Keep, queue.StateCalled, false)
			answer(a, beat, told+1, journal.Keep, queue.StateCalled, false)
			found := brokenTogether(t, []*journal.File{a, b}, one, other)
			if found[journal.RulePresence] != c.want || len(found) > 1 {
				t.Errorf("broken are %v, want %d of an absent place", found, c.want)
			}
		})
	}
}
