package journal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// timing is that of the rooms of these tests, with the same durations as oldTiming where that has them.
var timing = queue.Timing{
	Absent: time.Minute, Confirm: 15 * time.Second, Window: 45 * time.Second, Lead: 2 * time.Second, Active: 5 * time.Second,
	Page: 10 * time.Minute, Idle: 10 * time.Minute, Max: 30 * time.Minute, Resume: 5 * time.Minute, Life: time.Hour,
	Hold: 5 * time.Second, Grace: time.Second,
}

const (
	confirm = int64(15_000)
	longest = int64(1_800_000)
)

// started is when a stay began that the answer of a claim begins.
func started(state queue.State, at int64) int64 {
	if state == inside {
		return at
	}
	return 0
}

// broken are the rules that a journal breaks.
func broken(t *testing.T, ordered bool, events []journal.Event) (rules []journal.Rule) {
	t.Helper()
	v, err := journal.New(journal.Config{Timing: timing, Ordered: ordered, Report: func(v journal.Violation) {
		t.Log(v)
		rules = append(rules, v.Rule)
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		v.Observe(e)
	}
	v.Close()
	return rules
}

// frame is a snapshot of an open room without bounds, with the head of lane 0 at a number and so many calls in all.
func (s *script) frame(at int64, head uint64, called int64, change ...func(*journal.Marks)) *script {
	m := &journal.Marks{
		Epoch: epoch, Last: 100, Given: 100, Called: called, Admitted: called, Quota: -1, Per: 1, Share: 1000,
		Pace: journal.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 5},
	}
	if head > 0 {
		m.Heads[0] = queue.OrderOf(epoch, head)
	}
	for _, c := range change {
		c(m)
	}
	return s.add(journal.Event{At: at, Kind: journal.Snapshot, Snapshot: m})
}

// that changes the last event.
func (s *script) that(change func(*journal.Event)) *script {
	change(&(*s)[len(*s)-1])
	return s
}

func because(r queue.Reason) func(*journal.Event) {
	return func(e *journal.Event) { e.Reason = journal.Reason(r) }
}

func since(at int64) func(*journal.Event) {
	return func(e *journal.Event) { e.Started = start + at }
}

// enters is a claim that begins a stay.
func (s *script) enters(at int64, n uint64) *script {
	return s.claim(at, n, inside, at+idle).that(since(at))
}

// renew is the answer about a stay that began at a time, of which a request made at told is told.
func (s *script) renew(at int64, n uint64, state queue.State, began, told, until int64) *script {
	return s.add(journal.Event{
		At: at, Kind: journal.Renew, Visitor: visitor(n), State: journal.State(state), Until: until, Started: start + began, Told: start + told,
	})
}

func (s *script) finish(at int64, n uint64) *script {
	return s.add(journal.Event{At: at, Kind: journal.Finish, Visitor: visitor(n)})
}

func (s *script) book(at int64, n uint64, ref byte, count int64) *script {
	return s.add(journal.Event{At: at, Kind: journal.Report, Visitor: visitor(n), Report: &journal.Outcome{
		Kind: journal.OutcomeKind(queue.Booked), Count: count, Ref: journal.ID{ref},
	}})
}

func (s *script) record(at int64, o queue.Opening) *script {
	return s.add(journal.Event{At: at, Kind: journal.Record, Record: &o})
}

func (s *script) step(at int64, rank uint8, cursor uint64) *script {
	return s.add(journal.Event{At: at, Kind: journal.Step, Step: &journal.Stepped{Opening: "eight", Rank: rank, Cursor: cursor}})
}

func bound(n int64) func(*journal.Marks) { return func(m *journal.Marks) { m.Pace.MaxInside = n } }

// slow is a pace that lets in one, and so many are in already.
func slow(admitted int64) func(*journal.Marks) {
	return func(m *journal.Marks) { m.Admitted, m.Pace.Rate, m.Pace.Burst = admitted, 0, 1 }
}

func phase(p queue.Phase) func(*journal.Marks) {
	return func(m *journal.Marks) { m.Phase = journal.Phase(p) }
}

func held(until int64) func(*journal.Marks) { return func(m *journal.Marks) { m.Hold = start + until } }

// of is a snapshot that shows a record.
func of(o queue.Opening) func(*journal.Marks) {
	return func(m *journal.Marks) {
		m.Cursor, m.Mapping, m.Phase, m.Floor = o.Cursor, o.Mapping, journal.Phase(o.Phase), o.Floor
	}
}

// lobby is a record of a lobby since number 5.
func lobby() queue.Opening {
	o := queue.NewOpening()
	o.Cursor, o.Phase, o.Name = 1, queue.PhaseLobby, "eight"
	o.Segments = []queue.Segment{{Epoch: epoch, First: 5, Open: true}}
	return o
}

// drawn is the record of the lobby's draw of numbers 5 to 24.
func drawn(known bool) queue.Opening {
	o := lobby()
	o.Cursor, o.Phase, o.Segments = 2, queue.PhaseDrawing, nil
	o.Draws = []queue.Draw{{
		Opening: "eight", Segments: []queue.Segment{{Epoch: epoch, First: 5, Last: 24}}, N: 20, Base: queue.OrderOf(epoch, 5),
		Frozen: start, Spread: 3000,
	}}
	if known {
		o.Draws[0].Known, o.Draws[0].Seed = true, [32]byte{1}
		o.Mapping, o.Phase = 1, queue.PhaseOpen
	}
	return o
}

// place is the order that the draw gives a number.
func place(t *testing.T, n uint64) queue.Order {
	t.Helper()
	p, err := draw.New([32]byte{1}, 20)
	if err != nil {
		t.Fatal(err)
	}
	at, err := p.Place(n - 5)
	if err != nil {
		t.Fatal(err)
	}
	return queue.OrderOf(epoch, 5) + queue.Order(at)
}

func at(o queue.Order) func(*journal.Event) { return func(e *journal.Event) { e.Order = o } }

// breach is a journal that breaks one rule.
type breach struct {
	rule journal.Rule
	s    *script
	// ordered: it shows only where the order of the events is known.
	ordered bool
}

func breaches(t *testing.T) map[string]breach {
	full := func(m *journal.Marks) { m.Counted = 2000 }
	quota := func(m *journal.Marks) { m.Quota, m.Calls = 2, 2 }
	booked := func(n int64, reports uint64) func(*journal.Marks) {
		return func(m *journal.Marks) { m.Booked, m.Reports, m.Quota = n, reports, 50 }
	}
	floor := func(m *journal.Marks) { m.Floor = queue.OrderOf(epoch, 3) }
	return map[string]breach{
		"a number for two visitors": {rule: journal.RuleUnique, s: new(script).join(0, 1).about(1, journal.Join, 1, waiting, 0).
			that(func(e *journal.Event) { e.Visitor = visitor(9) })},
		"an order for two places": {rule: journal.RuleUnique, s: new(script).keep(0, 1<<22+1, waiting, 0).keep(1, 1, waiting, 0).
			that(func(e *journal.Event) { e.Epoch, e.Visitor = epoch+1, visitor(9) })},
		"a second number for one who waits": {rule: journal.RuleUnique, s: new(script).join(0, 1).join(0, 2).join(1, 3).
			that(func(e *journal.Event) { e.Visitor = visitor(1) })},

		"numbers are left out":     {rule: journal.RuleDense, s: new(script).frame(0, 0, 0).frame(9, 0, 0, func(m *journal.Marks) { m.Last += 5 })},
		"a number was never given": {rule: journal.RuleDense, s: new(script).join(0, 1).join(0, 2).join(0, 4)},
		"a present place is passed over": {rule: journal.RuleOrder, s: new(script).join(0, 1).join(0, 2).frame(10, 2, 1).
			keep(20, 1, missed, 0).that(because(queue.ReasonAbsent))},
		"a present place is passed over for long": {rule: journal.RuleOrder, s: new(script).join(0, 1).keep(5, 1, waiting, 0).frame(10, 2, 1).
			keep(20+window, 1, front, 0)},
		"a place of lane 1 is passed over": {rule: journal.RuleOrder, s: new(script).join(0, 1).that(func(e *journal.Event) { e.Lane = 1 }).
			frame(10, 0, 1, func(m *journal.Marks) { m.Heads[1] = queue.OrderOf(epoch, 2) }).
			keep(20, 1, missed, 0).that(func(e *journal.Event) { e.Lane = 1 }).that(because(queue.ReasonAbsent))},
		"the line is called before the front": {rule: journal.RuleOrder, s: new(script).join(0, 1).join(0, 2).join(0, 3).keep(4, 1, waiting, 0).
			away(5, 1).frame(10, 2, 1).keep(20, 1, front, 0).frame(30, 3, 2).keep(40, 1, front, 0)},
		"a heartbeat brings back a lapsed call": {rule: journal.RuleOrder, s: new(script).join(0, 1).frame(10, 1, 1).
			keep(20, 1, called, 10+window).keep(20+window, 1, front, 0).that(because(queue.ReasonAgain))},

		"a place stands where the draw did not put it": {rule: journal.RuleMapping, s: new(script).record(0, drawn(true)).
			frame(0, 0, 0, of(drawn(true))).keep(9, 7, waiting, 0).that(at(place(t, 8)))},

		"a rank takes effect twice": {rule: journal.RuleSteps, s: new(script).step(0, 1, 1).frame(0, 0, 0, of(lobby())).step(9, 1, 2).
			frame(9, 0, 0, of(lobby()), func(m *journal.Marks) { m.Cursor++ })},
		"a lower rank takes effect": {rule: journal.RuleSteps, s: new(script).step(0, 3, 1).step(9, 2, 2)},
		"a step during the hold": {rule: journal.RuleSteps, s: new(script).frame(0, 0, 0, held(500)).
			frame(9, 0, 0, func(m *journal.Marks) { m.Cursor++ })},
		"a call during the hold": {rule: journal.RuleSteps, s: new(script).frame(0, 0, 0, held(500)).frame(9, 1, 1)},
		"a call between openings": {rule: journal.RuleSteps, s: new(script).frame(0, 0, 0, phase(queue.PhaseLine)).
			frame(9, 1, 1, phase(queue.PhaseLine))},
		"a call while the seed spreads": {rule: journal.RuleSteps, s: new(script).record(0, drawn(false)).frame(0, 0, 0, of(drawn(false))).
			add(journal.Event{At: 10, Kind: journal.Reveal, Draw: &queue.Draw{Opening: "eight", Known: true, Seed: [32]byte{1}}}).
			frame(2000, 5, 1, of(drawn(true)))},

		"a lobby's ticket waits": {rule: journal.RuleLobby, s: new(script).record(0, lobby()).frame(0, 0, 0, of(lobby())).
			keep(9, 7, waiting, 0).frame(20, 0, 0, of(lobby()))},
		"a ticket waits before its draw": {rule: journal.RuleLobby, s: new(script).record(0, drawn(false)).frame(0, 0, 0, of(drawn(false))).
			keep(9, 7, waiting, 0).frame(20, 0, 0, of(drawn(false)))},

		"more calls than three bursts": {rule: journal.RulePace, s: new(script).frame(0, 0, 0).
			frame(1, 16, 16, func(m *journal.Marks) { m.Admitted = 0 })},
		"more entries than burst and ten seconds": {rule: journal.RulePace, s: new(script).frame(0, 0, 20).
			frame(1, 0, 20, func(m *journal.Marks) { m.Admitted = 36 })},

		"an entry into a full room": {rule: journal.RuleInside, ordered: true, s: new(script).join(0, 1).join(0, 2).frame(10, 2, 2, bound(2)).
			frame(20, 2, 2, bound(2), full).enters(20, 1)},
		"an entry beside those who are active": {rule: journal.RuleInside, s: new(script).join(0, 1).join(0, 2).join(0, 3).frame(10, 3, 3, bound(2)).
			enters(20, 1).enters(30, 2).enters(40, 3)},
		"an entry past one at the door": {rule: journal.RuleInside, s: new(script).join(0, 1).join(0, 2).join(0, 3).frame(10, 3, 3, bound(2)).
			enters(20, 1).claim(30, 2, fullState, 0).enters(40, 3)},

		"an entry past one for whom there is no pace": {rule: journal.RuleInside, ordered: true, s: new(script).
			join(0, 1).join(0, 2).frame(10, 2, 2, slow(2)).frame(20, 2, 2, slow(2)).claim(30, 1, fullState, 0).enters(31, 2)},
		"a call for whom nothing is left": {rule: journal.RuleQuota, s: new(script).join(0, 1).join(0, 2).join(0, 3).frame(0, 0, 0, func(m *journal.Marks) { m.Quota = 2 }).
			frame(10, 1, 1, func(m *journal.Marks) { m.Quota, m.Calls = 2, 1 }).enters(20, 1).frame(30, 3, 3, quota)},
		"a booking counts twice": {rule: journal.RuleQuota, s: new(script).frame(0, 0, 0, booked(0, 0)).book(10, 1, 7, 2).book(20, 1, 7, 2).
			frame(slack+100, 0, 0, booked(4, 1))},
		"a report counts twice": {rule: journal.RuleQuota, s: new(script).frame(0, 0, 0, booked(0, 0)).book(10, 1, 7, 0).book(20, 1, 7, 0).
			frame(slack+100, 0, 0, booked(0, 2))},
		"a booking is lost": {rule: journal.RuleQuota, ordered: true, s: new(script).frame(0, 0, 0, booked(0, 0)).book(10, 1, 7, 2).
			frame(20, 0, 0, booked(0, 1))},

		"an absent place is called": {rule: journal.RulePresence, s: new(script).join(0, 1).keep(5, 1, waiting, 0).frame(absent+10, 1, 1).
			keep(absent+15, 1, called, absent+10+window)},
		"a place that nobody confirmed is called": {rule: journal.RulePresence, s: new(script).join(0, 1).frame(confirm, 1, 1).
			keep(confirm+5, 1, called, confirm+window)},
		"a place that went away is called": {rule: journal.RulePresence, s: new(script).join(0, 1).away(1, 1).frame(2, 1, 1).
			keep(5, 1, called, 2+window)},

		"a stay begins anew": {rule: journal.RuleStay, s: new(script).join(0, 1).frame(10, 1, 1).enters(20, 1).
			enters(30+idle, 1)},
		"a copy begins a stay of its own": {rule: journal.RuleStay, s: new(script).join(0, 1).frame(10, 1, 1).enters(20, 1).enters(30, 1)},
		"a stay outlives its bound":       {rule: journal.RuleStay, s: new(script).renew(longest-9, 1, inside, 0, longest-9, longest-9+idle)},
		"a stay is let in beyond its bound": {rule: journal.RuleStay, s: new(script).join(0, 1).frame(10, 1, 1).
			claim(20, 1, inside, 21+longest).that(since(20))},
		"a stay goes on after its end": {rule: journal.RuleStay, s: new(script).join(0, 1).frame(10, 1, 1).enters(20, 1).finish(30, 1).
			renew(slack+50, 1, inside, 20, slack+50, slack+50+idle)},
		"a ticket that was given up waits": {rule: journal.RuleStay, s: new(script).join(0, 1).leave(5, 1).keep(slack+9, 1, waiting, 0)},
		"a second lapse comes back": {rule: journal.RuleStay, s: new(script).join(0, 1).frame(10, 1, 1).keep(20, 1, called, 10+window).
			claim(20+window, 1, front, 0).that(because(queue.ReasonAgain)).frame(30+window, 1, 2).
			keep(40+window, 1, called, 30+2*window).that(because(queue.ReasonAgain)).
			claim(50+2*window, 1, front, 0).that(because(queue.ReasonAgain))},
		"a stay is resumed too late": {rule: journal.RuleStay, s: new(script).join(0, 1).frame(10, 1, 1).enters(20, 1).
			claim(20+idle+300_000, 1, inside, 20+2*idle+300_000).that(since(20))},
		"a call is claimed too late": {rule: journal.RuleStay, s: new(script).join(0, 1).frame(10, 1, 1).keep(20, 1, called, 10+window).
			enters(10+window, 1)},
		"a stay becomes a place again": {rule: journal.RuleStay, s: new(script).join(0, 1).frame(10, 1, 1).enters(20, 1).
			claim(30+idle, 1, front, 0)},

		"a pass is refused": {rule: journal.RulePass, s: new(script).join(0, 1).frame(10, 1, 1).enters(20, 1).
			renew(30, 1, spent, 20, 30, 0).that(because(queue.ReasonExpired))},
		"a request does not extend its stay": {rule: journal.RulePass, s: new(script).join(0, 1).frame(10, 1, 1).enters(20, 1).
			renew(30, 1, missed, 20, 30, 0).that(because(queue.ReasonOver))},
		"a stay is shortened": {rule: journal.RulePass, s: new(script).join(0, 1).frame(10, 1, 1).enters(20, 1).renew(30, 1, inside, 20, 30, idle)},

		"a call below the floor": {rule: journal.RuleFloor, s: new(script).join(0, 1).keep(5, 1, waiting, 0).frame(10, 0, 0, floor).
			frame(20, 1, 1, floor).keep(30, 1, called, 20+window)},
		"an open call ends with its line": {rule: journal.RuleFloor, s: new(script).join(0, 1).frame(10, 1, 1).keep(20, 1, called, 10+window).
			frame(30, 1, 1, floor).keep(40, 1, spent, 0).that(because(queue.ReasonFloor)).frame(50, 1, 1, floor)},
		"a place waits below the floor": {rule: journal.RuleFloor, s: new(script).join(0, 1).frame(10, 0, 0, floor).keep(30, 1, waiting, 0)},

		"a figure rises": {rule: journal.RuleShown, s: new(script).join(0, 1).join(0, 2).
			add(journal.Event{At: 1, Kind: journal.Shown, Visitor: visitor(2), Epoch: epoch, Number: 2, Ahead: 1}).
			add(journal.Event{At: 2, Kind: journal.Shown, Visitor: visitor(2), Epoch: epoch, Number: 2, Ahead: 2})},

		"the epoch falls":   {rule: journal.RuleFigures, ordered: true, s: new(script).frame(0, 0, 0).frame(1, 0, 0, func(m *journal.Marks) { m.Epoch-- })},
		"the last falls":    {rule: journal.RuleFigures, ordered: true, s: new(script).frame(0, 0, 0).frame(1, 0, 0, func(m *journal.Marks) { m.Last-- })},
		"a head falls":      {rule: journal.RuleFigures, ordered: true, s: new(script).frame(0, 0, 0, func(m *journal.Marks) { m.Heads[7] = 9 }).frame(1, 0, 0)},
		"the cursor falls":  {rule: journal.RuleFigures, ordered: true, s: new(script).frame(0, 0, 0, func(m *journal.Marks) { m.Cursor = 1 }).frame(1, 0, 0)},
		"the mapping falls": {rule: journal.RuleFigures, ordered: true, s: new(script).frame(0, 0, 0, func(m *journal.Marks) { m.Mapping = 1 }).frame(1, 0, 0)},
		"the floor falls":   {rule: journal.RuleFigures, ordered: true, s: new(script).frame(0, 0, 0, floor).frame(1, 0, 0)},
		"the reports fall":  {rule: journal.RuleFigures, ordered: true, s: new(script).frame(0, 0, 0, booked(0, 1)).frame(1, 0, 0, booked(0, 0))},

		"a place is unknown":           {rule: journal.RuleLost, s: new(script).join(0, 1).keep(20, 1, queue.StateUnknown, 0)},
		"a place is back in the lobby": {rule: journal.RuleLost, s: new(script).join(0, 1).keep(20, 1, queue.StateLobby, 0)},
		"a place is spent":             {rule: journal.RuleLost, s: new(script).join(0, 1).keep(20, 1, spent, 0).that(because(queue.ReasonExpired))},
		"a place ends below no floor": {rule: journal.RuleLost, s: new(script).record(0, queue.NewOpening()).frame(0, 0, 0).join(5, 4).that(func(e *journal.Event) { e.At += 5 }).
			keep(20, 4, spent, 0).that(because(queue.ReasonFloor)).frame(30, 0, 0)},
		"a called place waits": {rule: journal.RuleLost, s: new(script).join(0, 1).frame(10, 1, 1).keep(20, 1, called, 10+window).
			keep(30, 1, waiting, 0)},
		"a call is taken away": {rule: journal.RuleLost, s: new(script).join(0, 1).frame(10, 1, 1).keep(20, 1, called, 10+window).
			keep(30, 1, missed, 0).that(because(queue.ReasonLapsed))},
		"a stay is taken away": {rule: journal.RuleLost, s: new(script).join(0, 1).frame(10, 1, 1).enters(20, 1).keep(30, 1, missed, 0).
			that(because(queue.ReasonOver))},
	}
}

const (
	fullState = queue.StateFull
	slack     = int64(5_000)
)

func TestEveryRuleThatAJournalBreaksIsReportedAndNoOther(t *testing.T) {
	seen := map[journal.Rule]bool{}
	for name, b := range breaches(t) {
		seen[b.rule] = true
		for _, ordered := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				want := []journal.Rule{b.rule}
				if b.ordered && !ordered {
					want = nil
				}
				if got := broken(t, ordered, *b.s); !slices.Equal(got, want) {
					t.Errorf("ordered %v: broken are %q, want %q", ordered, got, want)
				}
			})
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d rules are tested", len(seen))
	}
}

func TestACodeTellsItsNumberAlsoToWhoseTicketIsSpent(t *testing.T) {
	spent := func(why queue.Reason) func(*journal.Event) {
		return func(e *journal.Event) { e.State, e.Reason = journal.State(queue.StateSpent), journal.Reason(why) }
	}
	for name, s := range map[string]*script{
		"left twice": (&script{}).frame(0, 0, 0).join(1, 1).leave(2, 1).leave(3, 1).finish(4, 1).join(5, 1).that(spent(queue.ReasonLeft)),
		"below the floor": (&script{}).frame(0, 0, 0).join(1, 1).
			frame(2, 0, 0, func(m *journal.Marks) { m.Floor = queue.OrderOf(epoch, 1) }).
			keep(3, 1, queue.StateSpent, 0).that(spent(queue.ReasonFloor)).join(4, 1).that(spent(queue.ReasonFloor)),
	} {
		for _, ordered := range []bool{true, false} {
			if rules := broken(t, ordered, *s); len(rules) > 0 {
				t.Errorf("%s, ordered %v: %v", name, ordered, rules)
			}
		}
	}
}

func TestAPlaceThatWaitsStaysWhenARecordOfBeforeItsDrawIsRestored(t *testing.T) {
	o := drawn(false)
	o.Draws[0].Segments[0].First, o.Draws[0].Segments[0].Last = 1, 20
	for lost, want := range map[bool]int{false: 0, true: 1} {
		s := (&script{}).frame(0, 0, 0).keep(1, 7, waiting, 0)
		if lost {
			s.add(journal.Event{At: 2, Kind: journal.Lose})
		}
		s.add(journal.Event{At: 3, Kind: journal.Restore, Watermark: &queue.Watermark{Opening: o}}).record(3, o).keep(4, 7, waiting, 0)
		if rules := broken(t, true, *s); len(rules) != want {
			t.Errorf("lost %v: broken are %q", lost, rules)
		}
	}
}

// After a loss a visitor at the door may have been called, or have a stay that ran out and goes on.
func TestAStayThatAskedAtTheDoorAfterALossMayGoOn(t *testing.T) {
	for lost, want := range map[bool]int{true: 0, false: 1} {
		s := (&script{}).join(0, 1).frame(10, 1, 1)
		if lost {
			s.add(journal.Event{At: 15, Kind: journal.Lose})
		}
		s.claim(20, 1, fullState, 0).claim(30, 1, fullState, 0).claim(40, 1, inside, 12+idle).that(since(12))
		if rules := broken(t, true, *s); len(rules) != want {
			t.Errorf("lost %v: broken are %q", lost, rules)
		}
	}
}

// A claim whose answer got lost is repeated, and the stay has begun with the first one.
func TestAStayMayBeginBetweenTwoAnswers(t *testing.T) {
	for began, want := range map[int64]int{25: 0, 8: 1} {
		s := (&script{}).join(0, 1).frame(5, 1, 1).keep(20, 1, called, 5+window).claim(30, 1, inside, began+idle).that(since(began))
		if rules := broken(t, false, *s); len(rules) != want {
			t.Errorf("a stay that began at %d: broken are %q", began, rules)
		}
	}
}

// A store that has lost a stay takes its beginning from the pass, which knows the second.
func TestAStayMayBeToldByTheSecondOfItsBeginning(t *testing.T) {
	for ordered, wants := range map[bool]map[int64]int{false: {1000: 0, 1001: 1, 0: 1}, true: {1000: 1}} {
		for began, want := range wants {
			s := (&script{}).join(0, 1).frame(1200, 1, 1).enters(1210, 1).renew(2210, 1, inside, began, 2200, 2200+idle)
			if rules := broken(t, ordered, *s); len(rules) != want {
				t.Errorf("ordered %v, a stay that began at 1210 is told as of %d: broken are %q", ordered, began, rules)
			}
		}
	}
}

func TestWhoseLineHasEndedMayComeAnew(t *testing.T) {
	for floor, want := range map[uint64]int{1: 0, 0: 1} {
		s := (&script{}).frame(0, 0, 0).join(1, 1).frame(2, 0, 0, func(m *journal.Marks) { m.Floor = queue.OrderOf(epoch, floor) })
		s.join(3, 2).that(func(e *journal.Event) { e.Visitor = visitor(1) })
		if rules := broken(t, true, *s); len(rules) != want {
			t.Errorf("with the floor at number %d: %v", floor, rules)
		}
	}
}

// A store forgets a reference with its next Advance. One that is told again at the end of its life may not count, and then counts
// a moment later.
func TestAReferenceAtTheEndOfItsLifeMayCountAMomentLater(t *testing.T) {
	booked := func(n int64, reports uint64) func(*journal.Marks) {
		return func(m *journal.Marks) { m.Booked, m.Reports, m.Quota = n, reports, 50 }
	}
	s := (&script{}).frame(0, 0, 0, booked(0, 0)).book(10, 1, 7, 2).frame(20, 0, 0, booked(2, 1))
	s.book(10+life, 1, 7, 2).frame(20+life, 0, 0, booked(2, 1)).book(30+life, 1, 7, 2).frame(40+life, 0, 0, booked(4, 2))
	if rules := broken(t, true, *s); len(rules) > 0 {
		t.Errorf("broken are %q", rules)
	}
	s.book(50+life, 1, 8, 1).book(60+life, 1, 8, 1).frame(70+life, 0, 0, booked(6, 4))
	if rules := broken(t, true, *s); len(rules) != 1 {
		t.Errorf("a reference that counts twice within its life: broken are %q", rules)
	}
}
