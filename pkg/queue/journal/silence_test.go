package journal_test

import (
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue/journal"
)

func uncertain(at int64, verb journal.Kind, n uint64) journal.Event {
	e := journal.Event{At: at, Kind: journal.Uncertain, Verb: verb}
	if n > 0 {
		e.Visitor = visitor(n)
	}
	return e
}

func TestWhatWasSentToAStoreThatStoppedMayTakeEffectWhenItGoesOn(t *testing.T) {
	for name, test := range map[string]struct {
		sent, more []journal.Event
		want       []journal.Rule
	}{
		"a place given up before the silence": {
			sent: []journal.Event{uncertain(200, journal.Leave, 1)},
		},
		"nothing sent": {want: []journal.Rule{journal.RuleLost}},
		"the verb of somebody else": {
			sent: []journal.Event{uncertain(200, journal.Leave, 2)}, want: []journal.Rule{journal.RuleLost},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var s script
			s.join(100, 1).join(100, 2)
			for _, e := range test.sent {
				s.add(e)
			}
			s.snapshot(30_000, 0, 0).keep(30_100, 1, spent, 0)
			if got := rules(t, false, s); !slices.Equal(got, test.want) {
				t.Errorf("broken are %q, want %q", got, test.want)
			}
		})
	}
}

func TestARiseMayBeOlderThanTheSnapshotThatTellsOfItWhenATickWasNotAnswered(t *testing.T) {
	for _, lost := range []bool{true, false} {
		var s script
		s.join(100, 1).join(100, 2).join(100, 3).away(200, 1).snapshot(300, 1, 0).keep(400, 1, front, 0)
		if lost {
			s.add(uncertain(450, journal.Snapshot, 0))
		}
		// The snapshot at 460 came before the lost tick, and the one at 700 after it.
		s.snapshot(460, 1, 0).snapshot(700, 2, 1).keep(900, 1, front, 0)
		want := []journal.Rule{journal.RuleOrder}
		if lost {
			want = nil
		}
		if got := rules(t, false, s); !slices.Equal(got, want) {
			t.Errorf("lost %v: broken are %q, want %q", lost, got, want)
		}
	}
}
