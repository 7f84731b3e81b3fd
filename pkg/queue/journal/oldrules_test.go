package journal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

const (
	start  = int64(1_800_000_000_000)
	absent = int64(60_000)
	window = int64(45_000)
	idle   = int64(600_000)
	life   = int64(3_600_000)
	epoch  = uint64(32_774_400)
)

// oldTiming is that of the rooms of FormatOld.
var oldTiming = queue.Timing{
	Absent: time.Minute, Window: 45 * time.Second, Idle: 10 * time.Minute, Life: time.Hour,
}

// script writes a journal, in milliseconds since start.
type script []journal.Event

func (s *script) add(e journal.Event) *script {
	e.At += start
	if e.Until > 0 {
		e.Until += start
	}
	*s = append(*s, e)
	return s
}

func visitor(n uint64) journal.ID { return journal.ID{byte(n), byte(n >> 8), 1} }

// about is an answer about the visitor who has the number of the same name.
func (s *script) about(at int64, kind journal.Kind, n uint64, state queue.State, until int64) *script {
	return s.add(journal.Event{
		At: at, Kind: kind, Visitor: visitor(n), Epoch: epoch, Number: n, State: journal.State(state), Until: until,
	})
}

func (s *script) join(at int64, n uint64) *script {
	return s.about(at, journal.Join, n, queue.StateWaiting, 0)
}

func (s *script) keep(at int64, n uint64, state queue.State, until int64) *script {
	return s.about(at, journal.Keep, n, state, until)
}

func (s *script) claim(at int64, n uint64, state queue.State, until int64) *script {
	return s.about(at, journal.Claim, n, state, until)
}

func (s *script) away(at int64, n uint64) *script {
	s.keep(at, n, queue.StateWaiting, 0)
	(*s)[len(*s)-1].Away = true
	return s
}

func (s *script) leave(at int64, n uint64) *script {
	return s.add(journal.Event{At: at, Kind: journal.Leave, Visitor: visitor(n)})
}

var oldPace = journal.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 5, MaxInside: 3}

// snapshot is one with the head at a number and so many calls in all.
func (s *script) snapshot(at int64, head uint64, called int64, change ...func(*journal.Marks)) *script {
	m := &journal.Marks{Epoch: epoch, Last: 100, Called: called, Version: 1, Pace: oldPace, Share: 1000, Quota: -1}
	if head > 0 {
		m.Heads[0] = queue.OrderOf(epoch, head)
	}
	for _, c := range change {
		c(m)
	}
	return s.add(journal.Event{At: at, Kind: journal.Snapshot, Snapshot: m})
}

// rules are those that a journal of FormatOld breaks.
func rules(t *testing.T, ordered bool, events []journal.Event) (broken []journal.Rule) {
	t.Helper()
	v, err := journal.New(journal.Config{Format: journal.FormatOld, Timing: oldTiming, Ordered: ordered, Report: func(v journal.Violation) {
		t.Log(v)
		broken = append(broken, v.Rule)
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		v.Observe(e)
	}
	if sum := v.Close(); sum.Violations != int64(len(broken)) || sum.Events != int64(len(events)) {
		t.Errorf("summary %+v after %d events and %d violations", sum, len(events), len(broken))
	}
	return broken
}

const (
	waiting = queue.StateWaiting
	front   = queue.StateFront
	called  = queue.StateCalled
	missed  = queue.StateMissed
	inside  = queue.StateInside
	spent   = queue.StateSpent
)

func TestAJournalThatKeepsTheRulesIsAccepted(t *testing.T) {
	for name, s := range map[string]*script{
		"a day in the line": new(script).snapshot(0, 0, 0).join(1, 1).join(1, 2).join(2, 3).snapshot(1000, 1, 1).
			keep(1500, 1, called, 1000+window).keep(1500, 2, waiting, 0).claim(2000, 1, inside, 2000+idle).
			claim(9000, 1, inside, 2000+idle).keep(9000, 1, inside, 2000+idle).
			about(10_000, journal.Renew, 1, inside, 10_000+idle).leave(11_000, 1).keep(20_000, 1, spent, 0),
		"an absent place is passed over and comes back": new(script).join(0, 1).join(0, 2).away(5, 1).snapshot(10, 2, 1).
			keep(20, 2, called, 10+window).keep(30, 1, front, 0).snapshot(40, 2, 2).keep(50, 1, called, 40+window),
		"a call lapses and a claim brings it back": new(script).join(0, 1).snapshot(10, 1, 1).keep(20, 1, called, 10+window).
			keep(20+window, 1, missed, 0).claim(30+window, 1, front, 0),
		"a heartbeat is answered by a call that has lapsed": new(script).join(0, 1).snapshot(10, 1, 1).keep(11+window, 1, missed, 0),
		"a repeated arrival": new(script).join(0, 1).join(absent-1, 1).snapshot(absent+5, 1, 1).
			keep(absent+6, 1, called, absent+5+window),
		"a stay that its pass revives": new(script).join(0, 1).snapshot(10, 1, 1).claim(20, 1, inside, 20+idle).
			keep(20+idle, 1, spent, 0).about(30+idle, journal.Renew, 1, inside, 30+2*idle),
		"numbers that a ticket has raised": new(script).join(0, 1).keep(5, 9, waiting, 0).join(6, 10),
		"straight in":                      new(script).about(5, journal.Join, 1, inside, 5+idle).snapshot(6, 1, 1),
		"straight in past an absent line, after a tick": new(script).join(0, 1).away(1, 1).snapshot(absent, 1, 0).
			about(absent+1, journal.Join, 2, inside, absent+1+idle).keep(absent+2, 1, front, 0),
	} {
		for _, ordered := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				if broken := rules(t, ordered, *s); len(broken) > 0 {
					t.Errorf("broken: %v", broken)
				}
			})
		}
	}
}

func TestEachRuleThatAJournalBreaksIsReported(t *testing.T) {
	for _, c := range []struct {
		name string
		want journal.Rule
		s    *script
	}{
		{"a number for two visitors", journal.RuleUnique, new(script).join(0, 1).add(journal.Event{
			Kind: journal.Join, Visitor: visitor(7), Epoch: epoch, Number: 1, State: journal.State(waiting),
		})},
		{"a second number for one who waits", journal.RuleUnique, new(script).join(0, 1).add(journal.Event{
			At: 1, Kind: journal.Join, Visitor: visitor(1), Epoch: epoch, Number: 2, State: journal.State(waiting),
		})},
		{"numbers left out", journal.RuleDense, new(script).join(0, 1).join(0, 2).join(0, 4)},
		{"a present place is passed over", journal.RuleOrder, new(script).join(0, 1).join(0, 2).snapshot(10, 2, 1).
			keep(20, 1, front, 0)},
		{"a present place is missed", journal.RuleOrder, new(script).join(0, 1).join(0, 2).snapshot(10, 2, 1).keep(20, 1, missed, 0)},
		{"a place waits on behind the head", journal.RuleOrder, new(script).join(0, 1).join(0, 2).snapshot(10, 2, 1).
			keep(20, 1, waiting, 0)},
		{"a place is called after the head has passed it", journal.RuleOrder, new(script).join(0, 1).join(0, 2).
			snapshot(10, 2, 1).snapshot(1000, 2, 2).keep(1020, 1, called, 1000+window)},
		{"somebody goes straight in past a waiting place", journal.RuleOrder, new(script).join(0, 1).
			about(10, journal.Join, 2, inside, 10+idle).keep(20, 1, waiting, 0)},
		{"the line is called before the front", journal.RuleOrder, new(script).join(0, 1).join(0, 2).join(0, 3).away(5, 1).
			snapshot(10, 2, 1).keep(20, 1, front, 0).snapshot(30, 3, 2).keep(40, 1, front, 0)},
		{"a present place in front is missed", journal.RuleOrder, new(script).join(0, 1).join(0, 2).away(5, 1).
			snapshot(10, 2, 1).keep(20, 1, front, 0).keep(30, 1, missed, 0)},
		{"a heartbeat brings back a lapsed call", journal.RuleOrder, new(script).join(0, 1).snapshot(10, 1, 1).
			keep(20, 1, called, 10+window).keep(20+window, 1, front, 0)},
		{"a figure rises", journal.RuleShown, new(script).join(0, 1).join(0, 2).
			add(journal.Event{At: 1, Kind: journal.Shown, Visitor: visitor(2), Epoch: epoch, Number: 2, Ahead: 1}).
			add(journal.Event{At: 2, Kind: journal.Shown, Visitor: visitor(2), Epoch: epoch, Number: 2, Ahead: 2})},
		{"more calls than the burst", journal.RulePace, new(script).snapshot(0, 0, 0).snapshot(1, 6, 6)},
		{"more calls than the rate", journal.RulePace, new(script).snapshot(0, 0, 0).snapshot(1, 5, 5).snapshot(1900, 7, 7)},
		{"straight in beyond the pace", journal.RulePace, new(script).snapshot(0, 0, 0).snapshot(1, 5, 5).
			about(2, journal.Join, 6, inside, 2+idle).snapshot(3, 6, 6)},
		{"more inside than the bound", journal.RuleInside, new(script).snapshot(0, 0, 0).
			snapshot(1, 4, 4, func(m *journal.Marks) { m.Live, m.Calls = 2, 2 })},
		{"an absent place is called", journal.RulePresence, new(script).join(0, 1).snapshot(absent, 1, 1).
			keep(absent+5, 1, called, absent+window)},
		{"an away place is called", journal.RulePresence, new(script).join(0, 1).away(1, 1).snapshot(2, 1, 1).
			keep(5, 1, called, 2+window)},
		{"a second stay after the first", journal.RuleStay, new(script).join(0, 1).snapshot(10, 1, 1).
			claim(20, 1, inside, 20+idle).claim(21+idle, 1, inside, 21+2*idle)},
		{"a copy gets a stay of its own", journal.RuleStay, new(script).join(0, 1).snapshot(10, 1, 1).
			claim(20, 1, inside, 20+idle).claim(30, 1, inside, 30+idle)},
		{"a spent ticket waits again", journal.RuleStay, new(script).join(0, 1).snapshot(10, 1, 1).
			claim(20, 1, inside, 20+idle).keep(30+idle, 1, front, 0)},
		{"who left waits again", journal.RuleStay, new(script).join(0, 1).leave(5, 1).keep(5006, 1, waiting, 0)},
		{"who left gets another number", journal.RuleStay, new(script).join(0, 1).leave(5, 1).add(journal.Event{
			At: 5006, Kind: journal.Join, Visitor: visitor(1), Epoch: epoch, Number: 2, State: journal.State(waiting),
		})},
		{"a stay that was ended is renewed", journal.RuleStay, new(script).join(0, 1).leave(5, 1).
			about(5006, journal.Renew, 1, inside, 5006+idle)},
		{"a claim after the window", journal.RuleStay, new(script).join(0, 1).snapshot(10, 1, 1).
			keep(20, 1, called, 10+window).claim(10+window, 1, inside, 10+window+idle)},
		{"a missed place gets in", journal.RuleStay, new(script).join(0, 1).away(1, 1).snapshot(10, 1, 0).
			keep(20, 1, missed, 0).claim(30, 1, inside, 30+idle)},
		{"a waiting place is spent", journal.RuleLost, new(script).join(0, 1).keep(20, 1, spent, 0)},
		{"a call is taken away", journal.RuleLost, new(script).join(0, 1).snapshot(10, 1, 1).keep(20, 1, called, 10+window).
			keep(30, 1, missed, 0)},
		{"a called place waits again", journal.RuleLost, new(script).join(0, 1).snapshot(10, 1, 1).
			keep(20, 1, called, 10+window).keep(30, 1, waiting, 0)},
		{"a stay is taken away", journal.RuleLost, new(script).join(0, 1).snapshot(10, 1, 1).claim(20, 1, inside, 20+idle).
			keep(30, 1, spent, 0)},
		{"a stay is shortened", journal.RuleLost, new(script).join(0, 1).snapshot(10, 1, 1).claim(20, 1, inside, 20+idle).
			about(30, journal.Renew, 1, inside, idle)},
		{"a stay is not renewed", journal.RuleLost, new(script).join(0, 1).snapshot(10, 1, 1).claim(20, 1, inside, 20+idle).
			about(30, journal.Renew, 1, spent, 0)},
	} {
		for _, ordered := range []bool{true, false} {
			t.Run(c.name, func(t *testing.T) {
				if broken := rules(t, ordered, *c.s); !slices.Contains(broken, c.want) {
					t.Errorf("broken: %v, want %q", broken, c.want)
				}
			})
		}
	}
}

func TestWhatOnlyAnOrderedJournalShowsIsReported(t *testing.T) {
	for name, c := range map[string]struct {
		want journal.Rule
		s    *script
	}{
		"the head falls":              {journal.RuleFigures, new(script).snapshot(0, 5, 5).snapshot(1, 4, 5)},
		"the last number falls":       {journal.RuleFigures, new(script).snapshot(0, 5, 5).snapshot(1, 5, 5, func(m *journal.Marks) { m.Last-- })},
		"the calls fall":              {journal.RuleFigures, new(script).snapshot(0, 5, 5).snapshot(1, 5, 4)},
		"nobody was called but is in": {journal.RuleStay, new(script).join(0, 1).claim(5, 1, inside, 5+idle)},
		"called ahead of the head":    {journal.RuleOrder, new(script).join(0, 1).keep(5, 1, called, 5+window)},
		"in front ahead of the head":  {journal.RuleOrder, new(script).join(0, 1).keep(absent+5, 1, front, 0)},
		"a heartbeat lets in":         {journal.RuleStay, new(script).join(0, 1).snapshot(1, 1, 1).keep(5, 1, inside, 5+idle)},
		"the same within a millisecond": {journal.RuleOrder, new(script).join(0, 1).join(0, 2).snapshot(0, 2, 1).
			keep(0, 1, waiting, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			if broken := rules(t, true, *c.s); !slices.Contains(broken, c.want) {
				t.Errorf("broken: %v, want %q", broken, c.want)
			}
			if broken := rules(t, false, *c.s); len(broken) > 0 {
				t.Errorf("broken where the order is not known: %v", broken)
			}
		})
	}
}

func TestTheFrontIsComparedOnceAllItsCallsMustBeKnown(t *testing.T) {
	s := new(script).join(0, 1).join(0, 2).join(0, 3).away(1, 1).away(1, 2).snapshot(10, 3, 1).
		keep(20, 1, front, 0).keep(20, 2, front, 0).
		keep(40, 1, front, 0).keep(2000, 1, called, 1500+window).
		// Only now does it come to light that number 2 was called first.
		keep(2500, 2, called, 1000+window).snapshot(3000+2*window, 3, 3)
	if broken := rules(t, false, *s); !slices.Contains(broken, journal.RuleOrder) {
		t.Errorf("broken: %v", broken)
	}
}

func TestWhatWasLearnedBeforeALossIsNoEvidenceAfterIt(t *testing.T) {
	lose := journal.Event{At: 100, Kind: journal.Lose}
	restore := journal.Event{At: 110, Kind: journal.Restore, Watermark: &queue.Watermark{
		Epoch: epoch, Last: 3, Ceiling: 50, Heads: [queue.Lanes]queue.Order{queue.OrderOf(epoch, 2)},
	}}
	before := func() *script {
		return new(script).join(0, 1).join(0, 2).join(0, 3).snapshot(10, 2, 2).keep(20, 1, called, 10+window).
			claim(30, 1, inside, 30+idle).add(lose).add(restore)
	}
	for name, s := range map[string]*script{
		"who was called or inside comes to the front": before().keep(200, 1, front, 0).keep(200, 2, front, 0),
		"who waited waits":               before().keep(200, 3, waiting, 0),
		"numbers go on from the ceiling": before().join(200, 51).join(200, 52),
		"a ticket that a ticket's epoch began anew": before().add(journal.Event{
			At: 200, Kind: journal.Join, Visitor: visitor(9), Epoch: epoch + 5, Number: 51, State: journal.State(waiting),
		}),
		"totals begin anew": before().snapshot(200, 2, 0).snapshot(300, 2, 2),
	} {
		t.Run(name, func(t *testing.T) {
			if broken := rules(t, true, *s); len(broken) > 0 {
				t.Errorf("broken: %v", broken)
			}
		})
	}
	if broken := rules(t, true, *before().add(journal.Event{
		At: 200, Kind: journal.Join, Visitor: visitor(9), Epoch: epoch, Number: 2, State: journal.State(waiting),
	})); !slices.Equal(broken, []journal.Rule{journal.RuleUnique}) {
		t.Errorf("a number given again after a loss: %v", broken)
	}
	if broken := rules(t, true, *before().keep(200, 3, waiting, 0).snapshot(300, 3, 0).keep(310, 3, front, 0)); len(broken) != 1 {
		t.Errorf("a place that was passed over after a loss while present: %v", broken)
	}
}

func TestAVerbWithoutAnAnswerIsNoEvidence(t *testing.T) {
	uncertain := func(at int64, verb journal.Kind, n uint64) journal.Event {
		return journal.Event{At: at, Kind: journal.Uncertain, Verb: verb, Visitor: visitor(n)}
	}
	for name, s := range map[string]*script{
		"an arrival may have taken a number": new(script).join(0, 1).add(uncertain(1, journal.Join, 9)).join(2, 3),
		"a leave may have come through":      new(script).join(0, 1).add(uncertain(1, journal.Leave, 1)).keep(1000, 1, spent, 0),
		"a claim may have come through": new(script).join(0, 1).snapshot(1, 1, 1).
			add(uncertain(2, journal.Claim, 1)).keep(1000, 1, inside, 3+idle),
		"a heartbeat may have come through": new(script).join(0, 1).join(0, 2).add(uncertain(absent-5, journal.Keep, 1)).
			snapshot(absent, 1, 1).keep(absent-5+5000, 1, called, absent+window),
	} {
		t.Run(name, func(t *testing.T) {
			if broken := rules(t, true, *s); len(broken) > 0 {
				t.Errorf("broken: %v", broken)
			}
		})
	}
	later := new(script).join(0, 1).add(uncertain(1, journal.Leave, 1)).keep(2000, 1, waiting, 0).
		keep(6000, 1, waiting, 0).keep(7000, 1, spent, 0)
	if broken := rules(t, true, *later); !slices.Equal(broken, []journal.Rule{journal.RuleLost}) {
		t.Errorf("a place that is spent long after: %v", broken)
	}
}

// An end has the time before it was sent; what other gateways were answered until it came through stands behind it.
func TestAnEndMayComeThroughAfterWhatStandsBehindIt(t *testing.T) {
	came := func() *script { return new(script).join(0, 1).snapshot(10, 1, 1).claim(20, 1, inside, 20+idle) }
	for name, s := range map[string]*script{
		"a heartbeat": new(script).join(0, 1).leave(20, 1).keep(21, 1, waiting, 0).keep(22, 1, spent, 0),
		"a renewal":   came().leave(30, 1).about(31, journal.Renew, 1, inside, 31+idle).about(32, journal.Renew, 1, spent, 0),
		"a claim":     new(script).join(0, 1).snapshot(10, 1, 1).leave(15, 1).claim(20, 1, inside, 20+idle).about(32, journal.Renew, 1, spent, 0),
	} {
		if broken := rules(t, false, *s); len(broken) > 0 {
			t.Errorf("%s: %v", name, broken)
		}
	}
	// One that was sent before a loss may be repeated until it comes through, after the stays were renewed.
	lost := came().leave(30, 1).add(journal.Event{At: 100, Kind: journal.Lose}).about(200, journal.Renew, 1, inside, 200+idle).
		about(9000, journal.Renew, 1, spent, 0)
	if broken := rules(t, false, *lost); len(broken) > 0 {
		t.Errorf("an end that crosses a loss: %v", broken)
	}
	if broken := rules(t, true, *lost); !slices.Equal(broken, []journal.Rule{journal.RuleLost}) {
		t.Errorf("where the order is known: %v", broken)
	}
	long := came().leave(30, 1).about(6000, journal.Renew, 1, inside, 6000+idle)
	if broken := rules(t, false, *long); !slices.Equal(broken, []journal.Rule{journal.RuleStay}) {
		t.Errorf("a renewal long after: %v", broken)
	}
}

func TestInvalidTimingIsRefused(t *testing.T) {
	if _, err := journal.New(journal.Config{Format: journal.FormatOld}); err == nil {
		t.Error("no error")
	}
}
