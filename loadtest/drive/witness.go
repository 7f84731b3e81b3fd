package drive

import (
	"container/heap"
	"fmt"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// What a client can testify.
//
// The checker wants what the store answered and the store's time of it. A client sees an answer later, and most of what
// it sees was answered from a snapshot, not by the store. So only this is written down, each at a time at which it must
// have been true if the gateway kept its promises:
//
//   - A number given, when its page came: the store had given it by then. A citizen that goes straight in
//     is written as given a number and claiming it at once; the snapshots count the call.
//   - "So many are ahead of you", more than none, at the time the poll was sent less the age of a snapshot: the head had not
//     passed the place then. Before the head a place gets its figure from the snapshot, and a snapshot is never older
//     than grace unless it says so (stale); then nothing is written. Zero ahead is not written: it is also said while
//     the gateway does not know yet what became of a place that the head has passed.
//   - A pass, at the time its request was sent: only a claim gives one. Its end is in the pass.
//   - "You are in front", "called", "missed": nothing. Which of them the store said when is not known well enough to
//     accuse anybody, and the pass or the next claim tells how it ended.
//   - Figures shown, when they came, by one tab after the other.
//   - A page load without an answer may have given a number or a stay: uncertain.
//   - Somebody silent for longer than a quarter of the absence time may count as absent before the last poll
//     reached the store, for heartbeats are coalesced: uncertain from then on.
//   - How many are inside: nothing. A client does not see when the site says that a visit is over, and a stay counts in full
//     for seconds after each request. The gateway's own journal tells.
//   - Snapshots from the admin API, at the store's own time in them.
//
// Times of the clients are moved by the difference of the clocks, learned from the snapshots (see offset). With the
// gateway's own journal all this is left to it, and only the figures shown are added.

// grace is how old the snapshot behind an answer that is not stale may be, with what a busy machine adds.
const grace = 2 * time.Second

// testimony is what the witness remembers about one citizen.
type testimony struct {
	at    int64 // latest time written
	asked time.Time
	claim bool // a stay was written
	ended bool // given up: nothing more is written
}

// witness sorts what the citizens saw and hands it to the checker. Safe for concurrent use.
type witness struct {
	mu     sync.Mutex
	inv    *journal.Invariants // nil: nothing is checked now
	timing queue.Timing
	// onlyShown: the rest comes from the gateway's journal, later; figures are kept until then.
	onlyShown bool
	kept      []journal.Event
	pending   eventHeap
	offset    int64 // store's time less ours, ms; never falls
	heard     bool  // there is an offset
	shared    bool
	clients   bool // what is checked is what the clients saw
	broken    map[string]int
	texts     []string
}

const maxTexts = 20

func newWitness(timing queue.Timing, shared, onlyShown bool) (*witness, error) {
	w := &witness{timing: timing, onlyShown: onlyShown, shared: shared, clients: true, broken: map[string]int{}}
	inv, err := journal.New(journal.Config{Timing: timing, Report: w.report})
	if err != nil {
		return nil, fmt.Errorf("checker: %w", err)
	}
	w.inv = inv
	return w, nil
}

// report is called by the checker, under the lock.
func (w *witness) report(v journal.Violation) {
	if w.shared && v.Rule == journal.RuleDense || w.clients && v.Rule == journal.RuleInside {
		return
	}
	w.broken[string(v.Rule)]++
	if len(w.texts) < maxTexts {
		w.texts = append(w.texts, v.String())
	}
}

// eventHeap is by time.
type eventHeap []journal.Event

func (h eventHeap) Len() int           { return len(h) }
func (h eventHeap) Less(i, j int) bool { return h[i].At < h[j].At }
func (h eventHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)        { *h = append(*h, x.(journal.Event)) }
func (h *eventHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}

// add writes events down; those of one citizen must come in the order of their times.
func (w *witness) add(events ...journal.Event) {
	for _, e := range events {
		switch {
		case !w.onlyShown:
			heap.Push(&w.pending, e)
		case e.Kind == journal.Shown:
			w.kept = append(w.kept, e)
		}
	}
}

// settle checks everything before a time that nothing older can come from any more.
func (w *witness) settle(before time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	limit := before.UnixMilli() + w.offset
	for len(w.pending) > 0 && w.pending[0].At < limit {
		w.inv.Observe(heap.Pop(&w.pending).(journal.Event))
	}
}

// close checks the rest and gives the verdict.
func (w *witness) close() (journal.Summary, map[string]int, []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.pending) > 0 {
		w.inv.Observe(heap.Pop(&w.pending).(journal.Event))
	}
	sum := w.inv.Close()
	sum.Violations = 0
	for _, n := range w.broken {
		sum.Violations += int64(n)
	}
	return sum, w.broken, w.texts
}

// snapshot takes a snapshot that came at a time of ours, and learns the difference of the clocks from it: the store's time in
// a snapshot has passed by the time it is here, so the difference is at least theirs less ours; the greatest is nearest.
func (w *witness) snapshot(came time.Time, at int64, m *journal.Marks) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if off := at - came.UnixMilli(); !w.heard || off > w.offset {
		w.offset, w.heard = off, true
	}
	w.add(journal.Event{At: at, Kind: journal.Snapshot, Snapshot: m})
}

// time is ours in the store's, after what was written of the citizen last.
func (w *witness) time(c *citizen, t time.Time) int64 {
	at := max(t.UnixMilli()+w.offset, c.testified.at+1)
	c.testified.at = at
	return at
}

func event(kind journal.Kind, at int64, p queue.Place, state queue.State) journal.Event {
	return journal.Event{At: at, Kind: kind, Visitor: journal.ID(p.Visitor), Epoch: p.Epoch, Number: p.Number, State: journal.State(state)}
}

// joined: the citizen has got the place it holds now.
func (w *witness) joined(c *citizen, a *answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.testified.asked = a.came
	w.add(event(journal.Join, w.time(c, a.came), c.place, queue.StateWaiting))
}

// claimed: the citizen has got a pass that runs out at a time.
func (w *witness) claimed(c *citizen, a *answer, until int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.testified.claim || c.testified.ended {
		return
	}
	c.testified.claim = true
	w.quiet(c, a.sent)
	e := event(journal.Claim, w.time(c, a.sent), c.place, queue.StateInside)
	e.Until = max(until, e.At+1)
	w.add(e)
}

// polled: the gateway has told the citizen where it stands.
func (w *witness) polled(c *citizen, a *answer, s *visitor.Status) {
	w.mu.Lock()
	defer w.mu.Unlock()
	quiet := w.quiet(c, a.sent)
	if c.testified.claim || c.testified.ended || s.Stale || s.Ahead <= 0 || s.State != "waiting" && s.State != "paused" || quiet {
		return
	}
	w.add(event(journal.Keep, w.time(c, a.sent.Add(-grace)), c.place, queue.StateWaiting))
}

// quiet notes that the citizen was silent for so long that it may have counted as absent.
func (w *witness) quiet(c *citizen, asks time.Time) bool {
	silence := asks.Sub(c.testified.asked)
	c.testified.asked = asks
	if silence <= w.timing.Absent/4 || c.testified.ended {
		return false
	}
	e := event(journal.Uncertain, w.time(c, asks.Add(-grace)), c.place, queue.StateUnknown)
	e.Verb, e.State = journal.Keep, 0
	w.add(e)
	return true
}

// shown: the citizen was told how many are ahead.
func (w *witness) shown(c *citizen, a *answer, ahead int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.testified.ended {
		return
	}
	e := event(journal.Shown, a.came.UnixMilli()+w.offset, c.place, queue.StateUnknown)
	e.State, e.Ahead = 0, ahead
	// The figure came after the answer it is from; what is written next of the citizen may be of a time before it.
	w.add(e)
}

// unanswered: a page load without an answer may have given a number or begun a stay.
func (w *witness) unanswered(c *citizen, a *answer, before credential) {
	if a.sent.IsZero() || before.pass {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	e := journal.Event{Kind: journal.Uncertain, Verb: journal.Join}
	if before.known() {
		e = event(journal.Uncertain, 0, before.place, queue.StateUnknown)
		e.Verb, e.State = journal.Claim, 0
	}
	e.At = w.time(c, a.sent)
	w.add(e)
}

// left: the citizen gave its place up.
func (w *witness) left(c *citizen, a *answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.testified.ended = true
	e := event(journal.Leave, w.time(c, a.came), c.place, queue.StateUnknown)
	e.State = 0
	w.add(e)
}

func (w *witness) unansweredLeave(c *citizen, a *answer, before credential) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.testified.ended = true
	e := event(journal.Uncertain, w.time(c, a.sent), before.place, queue.StateUnknown)
	e.Verb, e.State = journal.Leave, 0
	w.add(e)
}
