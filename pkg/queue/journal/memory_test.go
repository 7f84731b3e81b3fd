package journal_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// minute is one of a script.
const minute = int64(60_000)

// settle is a document by which tickets live for so long.
func (s *script) settle(at, version int64, life time.Duration) *script {
	d := queue.Document{Version: version, Timing: timing}
	d.Timing.Life = life
	return s.add(journal.Event{At: at, Kind: journal.Settle, Document: &d})
}

// A store forgets the use of a ticket a life after it: a ticket that is shown later goes to the front, and the line's rules are kept. Until
// then they are broken by it.
func TestAUseIsTakenForRememberedAsLongAsStoresRememberIt(t *testing.T) {
	life := timing.Life.Milliseconds()
	entered := func() *script { return new(script).join(0, 1).frame(10, 1, 1).enters(20, 1) }
	for name, c := range map[string]struct {
		used *script
		from int64 // when the store begins to count
		rule journal.Rule
	}{
		"a stay that requests prolong":  {entered().renew(9*minute, 1, inside, 20, 9*minute, 19*minute), 20, journal.RuleStay},
		"a stay that is to be resumed":  {entered().claim(11*minute, 1, fullState, 0), 20, journal.RuleStay},
		"a stay that is told of late":   {entered().renew(16*minute, 1, spent, 20, 20, 0).that(because(queue.ReasonExpired)), 20, journal.RuleStay},
		"an end that is asked for":      {entered().finish(30, 1).renew(9*minute, 1, spent, 20, 9*minute, 0).that(because(queue.ReasonFinished)), 30, journal.RuleStay},
		"a place that was removed":      {new(script).join(0, 1).keep(5, 1, waiting, 0).keep(9*minute, 1, spent, 0).that(because(queue.ReasonRemoved)), 5, journal.RuleStay},
		"a stay that is as long as any": {entered().renew(longest+20, 1, spent, 20, longest+20, 0).that(because(queue.ReasonExpired)), 20 + longest, journal.RuleStay},
	} {
		t.Run(name, func(t *testing.T) {
			for after, want := range map[int64]int{life - 1: 1, life: 0} {
				s := append(script{}, *c.used...)
				if got := broken(t, false, *s.keep(c.from+after, 1, front, 0)); len(got) != want || want > 0 && got[0] != c.rule {
					t.Errorf("%v later: %v", time.Duration(after)*time.Millisecond, got)
				}
			}
		})
	}
}

// A document by which tickets live shorter lets the store forget, whatever the next one says.
func TestWhatAShorterLifeHasForgottenIsNotTakenForRemembered(t *testing.T) {
	used := func() *script { return new(script).settle(0, 1, time.Hour).join(1, 1).leave(5, 1) }
	if got := broken(t, false, *used().settle(minute, 2, 50*time.Minute).settle(41*minute, 3, time.Hour).keep(42*minute, 1, front, 0)); len(got) != 1 {
		t.Errorf("a ticket that was given up is in front: %v", got)
	}
	if got := broken(t, false, *used().settle(minute, 2, 40*time.Minute).settle(41*minute, 3, time.Hour).keep(42*minute, 1, front, 0)); len(got) != 0 {
		t.Errorf("it was forgotten: %v", got)
	}
}

// A call that has lapsed before its line ended stays in the store until it is forgotten: a claim is told of the end, and a repeated arrival
// of its number.
func TestACodeTellsTheNumberThatTheEndOfALineTookAway(t *testing.T) {
	floor := func(m *journal.Marks) { m.Floor = queue.OrderOf(epoch, 3) }
	s := new(script).join(0, 1).frame(10, 1, 1).keep(20, 1, called, 10+window).frame(minute, 1, 1, floor).
		claim(minute+1, 1, spent, 0).that(because(queue.ReasonFloor)).
		about(minute+2, journal.Join, 1, missed, 0).that(because(queue.ReasonLapsed))
	if got := broken(t, false, *s); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if got := broken(t, false, *s.about(minute+3, journal.Join, 1, waiting, 0).that(func(e *journal.Event) { e.Visitor = visitor(9) })); len(got) != 1 {
		t.Errorf("the number of another visitor: %v", got)
	}
}

// An operator puts a place to the front that is there already: that proves nobody, and it may be passed over as absent.
func TestAPlaceThatIsInFrontIsNotHeardOfByAnAct(t *testing.T) {
	s := new(script).join(0, 1).join(0, 2).join(0, 3).keep(4, 1, waiting, 0).away(5, 1).frame(10, 2, 1).keep(20, 1, front, 0).
		add(journal.Event{At: 50_000, Kind: journal.Moved, Visitor: visitor(1), State: journal.State(front), Move: &journal.Move{Act: journal.Act(queue.ActFront)}}).
		frame(70_000, 3, 2).claim(71_000, 1, front, 0).keep(71_001, 1, front, 0)
	if got := broken(t, true, *s); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
