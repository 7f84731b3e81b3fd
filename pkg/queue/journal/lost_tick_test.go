package journal_test

import (
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// A tick whose answer was lost may have called places that no snapshot shows as called yet.
func TestATickWithoutAnAnswerMayHaveCalled(t *testing.T) {
	waits := func() *script { return new(script).join(0, 1).join(0, 2).frame(5, 0, 0).keep(6, 1, waiting, 0) }
	lost := journal.Event{At: 10, Kind: journal.Uncertain, Verb: journal.Snapshot}
	for name, s := range map[string]struct {
		events *script
		broken []journal.Rule
	}{
		"let in":             {waits().add(lost).enters(20, 1), nil},
		"called":             {waits().add(lost).keep(20, 1, called, 10+window), nil},
		"let in, all told":   {waits().enters(20, 1), []journal.Rule{journal.RuleStay}},
		"let in, told again": {waits().add(lost).frame(15, 0, 0).enters(20, 1), []journal.Rule{journal.RuleStay}},
	} {
		if got := broken(t, true, *s.events); !slices.Equal(got, s.broken) {
			t.Errorf("%s: broken are %q, want %q", name, got, s.broken)
		}
	}
}

// Both lanes were called before a place came to the front. Only the snapshot after it shows that.
func TestATickWithoutAnAnswerMayHaveCalledEachLane(t *testing.T) {
	lanes := func(m *journal.Marks) { m.Heads[0], m.Heads[1] = queue.OrderOf(epoch, 3), queue.OrderOf(epoch, 4) }
	s := new(script).join(0, 1).away(3, 1).frame(5, 2, 0).
		add(journal.Event{At: 10, Kind: journal.Uncertain, Verb: journal.Snapshot}).
		claim(20, 1, queue.StateFront, 0).frame(30, 0, 2, lanes).keep(40, 1, queue.StateFront, 0)
	if got := broken(t, true, *s); len(got) > 0 {
		t.Errorf("broken are %q", got)
	}
}
