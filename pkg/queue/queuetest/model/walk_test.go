package model

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// walker is a room, its visitors and one gateway, which do things at random. It knows only what they are answered, and
// checks the invariants that can be seen from there.
type walker struct {
	*fixture
	random *rand.Rand
	known  queue.Snapshot // what the gateway remembers
	stale  queue.Snapshot // what another one remembers, which is slow
	places []*walking
	bounds

	numbers map[number]bool
	losses  int
}

// walking is one visitor with what it holds.
type walking struct {
	ticket  queue.Place
	started int64 // 0: no stay
	until   int64
	ended   bool
}

func TestARandomWalkKeepsTheInvariants(t *testing.T) {
	for seed := range uint64(6) {
		w := newWalker(t, seed)
		for range 1500 {
			w.step()
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
		if w.entries == 0 || w.losses == 0 || w.known.Opening.Cursor == 0 {
			t.Errorf("seed %d: %d entries, %d losses, cursor %d: nothing was tested", seed, w.entries, w.losses, w.known.Opening.Cursor)
		}
	}
}

func newWalker(t *testing.T, seed uint64) *walker {
	t.Helper()
	w := &walker{
		fixture: &fixture{t: t, now: start},
		random:  rand.New(rand.NewPCG(seed, 1)),
		numbers: map[number]bool{},
	}
	w.m = New(func() int64 { return w.now })
	d := document()
	d.Pace = queue.Pace{Mode: queue.ModeRun, Rate: 6, Burst: 3, MaxInside: int64(seed % 3 * 4), Strict: seed%2 == 0}
	d.Plan = w.schedule()
	w.must(w.m.Restore(t.Context(), queue.Watermark{Document: d}))
	w.known = w.advance()
	w.stale = w.known
	w.bounds = bounds{pace: d.Pace}
	return w
}

// schedule is a morning: a lobby, a draw, a ramp, and an end with or without carry-over, twice.
func (w *walker) schedule() (plan []queue.Step) {
	at := start + time.Minute.Milliseconds()
	for _, name := range []string{"eight", "eleven"} {
		add := func(rank uint8, after time.Duration, phase queue.Phase) *queue.Step {
			at += after.Milliseconds()
			plan = append(plan, queue.Step{At: at, Opening: name, Rank: rank, Phase: phase})
			return &plan[len(plan)-1]
		}
		lobby := add(1, 0, queue.PhaseLobby)
		lobby.SetQuota, lobby.Quota, lobby.Per, lobby.Standby, lobby.Reset = true, 60, 2, 5, true
		open := add(2, 2*time.Minute, queue.PhaseOpen)
		open.Draw, open.SetShare, open.Share = w.random.IntN(3) > 0, true, 500
		ramp := add(3, time.Minute, queue.PhaseOpen)
		ramp.SetShare, ramp.Share = true, 1000
		add(4, 20*time.Minute, queue.PhaseLine).Floor = w.random.IntN(2) == 0
		at += time.Minute.Milliseconds()
	}
	return plan
}

func (w *walker) step() {
	w.pass(time.Duration(w.random.IntN(2500)) * time.Millisecond)
	w.room().now = w.now
	w.tickAndCheck()
	switch n := w.random.IntN(100); {
	case n < 35:
		w.arriveAny()
	case n < 60:
		w.beatAny(w.random.IntN(8) == 0)
	case n < 80:
		w.claimAny()
	case n < 90:
		w.renewAny()
	case n < 94:
		w.reportAny()
	case n < 95:
		w.leaveAny()
	case n < 97:
		w.revealAny()
	case n < 98:
		w.handAny()
	case n < 99:
		w.restoreAny()
	default:
		w.loseAny()
	}
}

// any is some visitor, mostly one whose ticket is worth something.
func (w *walker) any() *walking {
	if len(w.places) == 0 {
		w.arriveAny()
	}
	for {
		if v := w.places[w.random.IntN(len(w.places))]; !v.ended || w.random.IntN(20) == 0 {
			return v
		}
	}
}

// tickAndCheck advances, unless the gateway is slow, and compares the figures.
func (w *walker) tickAndCheck() {
	w.t.Helper()
	if w.random.IntN(4) == 0 {
		return
	}
	called := w.room().called
	before := map[queue.VisitorID]bool{}
	for _, set := range []map[queue.VisitorID]waiting{w.room().line, w.room().front} {
		for id, p := range set {
			before[id] = w.room().present(p)
		}
	}
	m := watermark(&w.known)
	m.Ceiling = w.known.Last + 1000
	s, err := w.m.Advance(w.t.Context(), m, queue.Sample{}, queue.Verdict{})
	if errors.Is(err, queue.ErrLost) {
		w.must(w.m.Restore(w.t.Context(), m))
		s, err = w.m.Snapshot(w.t.Context())
	}
	w.must(err)
	w.checkPresence(before)
	w.checkFigures(&w.known, &s)
	if calls := s.Called - called; calls > 0 && (s.Opening.Phase != queue.PhaseOpen || s.Hold > s.Now) {
		w.t.Errorf("%d calls in phase %v, held for %d", calls, s.Opening.Phase, s.Hold-s.Now)
	}
	if s.Called > called {
		w.checkQuota()
	}
	w.callsMade(w.t, s.Now, s.Called-called)
	checkSets(w.t, w.room())
	w.known = s
}

// checkPresence: no absent place was called, and none at or below the floor.
func (w *walker) checkPresence(before map[queue.VisitorID]bool) {
	for id, at := range w.room().calls {
		present, waited := before[id]
		if waited && !present && at == w.now {
			w.t.Errorf("an absent place was called: %x", id)
		}
		if waited && w.room().orders[id] <= w.room().opening.Floor {
			w.t.Errorf("a place below the floor was called: %x", id)
		}
	}
}

// checkQuota: whoever was called finds a slot, though an odd last one.
func (w *walker) checkQuota() {
	r := w.room()
	o, open := &r.opening, r.unbooked()+r.openCalls()+int64(len(r.asking))
	if o.Quota >= 0 && o.Booked+open*o.Per > o.Quota && (open > 1 || o.Booked >= o.Quota) {
		w.t.Errorf("%d open and %d booked of %d, %d each", open, o.Booked, o.Quota, o.Per)
	}
}

// checkFigures: none of them falls while a room lives; after a loss the gateway's memory has brought them back.
func (w *walker) checkFigures(old, s *queue.Snapshot) {
	for lane := range s.Heads {
		if s.Heads[lane] < old.Heads[lane] {
			w.t.Errorf("head of lane %d fell from %d to %d", lane, old.Heads[lane], s.Heads[lane])
		}
	}
	if s.Epoch < old.Epoch || s.Last < old.Last || s.Opening.Cursor < old.Opening.Cursor ||
		s.Opening.Mapping < old.Opening.Mapping || s.Opening.Floor < old.Opening.Floor {
		w.t.Errorf("a figure fell: %+v, before %+v", s, old)
	}
	for name, d := range old.Opening.Done {
		if s.Opening.Done[name].Rank < d.Rank {
			w.t.Errorf("opening %s fell from rank %d to %d", name, d.Rank, s.Opening.Done[name].Rank)
		}
	}
}

func (w *walker) arriveAny() {
	j := w.arrive(queue.Arrival{Visitor: visitor(len(w.places) + 1 + 1000*len(w.numbers)), Lane: uint8(w.random.IntN(2))})
	if j.State == queue.StateRefused {
		return
	}
	w.repeat(j)
	n := number{j.Place.Epoch, j.Place.Number}
	if w.numbers[n] {
		w.t.Errorf("number %+v was given twice", n)
	}
	w.numbers[n] = true
	v := &walking{ticket: j.Place}
	w.places = append(w.places, v)
	if j.State == queue.StateInside {
		w.callsMade(w.t, w.now, 1)
	}
	w.answered(v, j.Standing)
}

// repeat asks once more, now and then: the place is the same, or the id is taken. In a lobby the second number is a lot
// that nobody holds.
func (w *walker) repeat(j queue.Joined) {
	if w.random.IntN(5) > 0 || j.State == queue.StateLobby {
		return
	}
	again := w.arrive(queue.Arrival{Visitor: j.Place.Visitor, Lane: j.Place.Lane})
	if again.State != queue.StateTaken && again.Place != j.Place {
		w.t.Errorf("repeated: %+v, before %+v", again, j)
	}
}

// order is what the engine does: it maps a ticket to its order when the seed of its draw is known.
func (w *walker) order(p queue.Place) queue.Place {
	draws := w.room().opening.Draws
	for i := range draws {
		d := &draws[i]
		index, ok := d.Index(p.Epoch, p.Number)
		if !ok || !d.Known {
			continue
		}
		permutation, err := draw.New(d.Seed, d.N)
		w.must(err)
		place, err := permutation.Place(index)
		w.must(err)
		p.Order = d.Base + queue.Order(place)
	}
	return p
}

func (w *walker) beatAny(away bool) {
	v := w.any()
	if v.started > 0 {
		return // it has a pass, not a page that waits
	}
	v.ticket = w.order(v.ticket)
	w.answered(v, w.beat(queue.Beat{Place: v.ticket, Away: away}))
}

func (w *walker) claimAny() {
	v := w.any()
	v.ticket = w.order(v.ticket)
	if v.started > 0 {
		w.tellStay(v)
	}
	w.room().now = w.now
	counted, began := w.room().counted(), v.started
	w.answered(v, w.claim(v.ticket))
	if bound := w.pace.MaxInside; v.started != began && bound > 0 && counted+1000 > 1000*bound {
		w.t.Errorf("an entry while %d permille of %d were inside", counted, bound)
	}
}

// renewAny tells of a stay as a gateway does: only while the pass is valid.
func (w *walker) renewAny() {
	v := w.any()
	if v.started == 0 || v.until <= w.now {
		return
	}
	reply, err := w.m.Renew(w.t.Context(), []queue.Stay{{Visitor: v.ticket.Visitor, Started: v.started, At: w.now}})
	w.must(err)
	if s := reply.Standings[0]; s.State != queue.StateInside && !v.ended {
		w.t.Errorf("a pass was refused: %v", s.State)
	}
	w.answered(v, reply.Standings[0])
}

func (w *walker) reportAny() {
	v := w.any()
	if v.started == 0 || v.until <= w.now {
		return
	}
	kind := queue.OutcomeKind(w.random.IntN(3))
	ref := queue.Code(v.ticket.Visitor)
	ref[0] = byte(kind)
	w.report(queue.Outcome{Kind: kind, Visitor: v.ticket.Visitor, Count: 1, Ref: ref})
	v.ended = v.ended || kind == queue.Finished
}

func (w *walker) leaveAny() {
	v := w.any()
	w.must(w.m.Leave(w.t.Context(), []queue.VisitorID{v.ticket.Visitor}))
	v.ended = true
}

func (w *walker) revealAny() {
	for _, d := range w.room().opening.Clone().Draws {
		_, err := w.m.Reveal(w.t.Context(), d.Opening, [32]byte{1, byte(w.random.IntN(256))})
		w.must(err)
	}
	w.known.Opening = w.room().opening.Clone()
}

// loseAny loses the room now and then; the gateway rebuilds it with what it remembers and tells of the stays it knows.
func (w *walker) loseAny() {
	if w.random.IntN(4) > 0 {
		return
	}
	w.losses++
	w.m.Lose()
	m := watermark(&w.known)
	w.must(w.m.Restore(w.t.Context(), m))
	for _, v := range w.places {
		if v.started > 0 && v.until > w.now && !v.ended {
			w.tellStay(v)
		}
		if v.ended {
			w.must(w.m.Leave(w.t.Context(), []queue.VisitorID{v.ticket.Visitor}))
		}
	}
}

// restoreAny is the slow gateway, which restores what it remembers, and then learns the newest.
func (w *walker) restoreAny() {
	w.must(w.m.Restore(w.t.Context(), watermark(&w.stale)))
	w.stale = w.known
}

// handAny hands a place or stay over: the old id is worth nothing any more, the new one goes on.
func (w *walker) handAny() {
	v := w.any()
	to := visitor(-1 - len(w.numbers)*10_000 - w.random.IntN(10_000))
	moved, err := w.m.Move(w.t.Context(), queue.Move{
		Act: queue.ActHand, Visitor: v.ticket.Visitor, To: to, Ref: queue.Code(to),
	})
	if errors.Is(err, queue.ErrUnknown) || v.ended {
		return
	}
	w.must(err)
	if moved.State == queue.StateTaken {
		return
	}
	old := *v
	old.ended = true
	v.ticket.Visitor = to
	w.places = append(w.places, &old)
	w.answered(&old, w.keep(old.ticket))
}

// tellStay tells of a stay's last request, as gateways do after a loss, and when an ended pass comes back.
func (w *walker) tellStay(v *walking) {
	at := v.until - w.room().timing().idle
	_, err := w.m.Renew(w.t.Context(), []queue.Stay{{Visitor: v.ticket.Visitor, Started: v.started, At: at}})
	w.must(err)
}

// answered checks one answer: a ticket buys one stay, which ends by its Max, and nothing follows its end.
func (w *walker) answered(v *walking, s queue.Standing) {
	w.t.Helper()
	if s.State == queue.StateUnknown {
		w.t.Errorf("a ticket is lost: %+v", v.ticket)
	}
	if s.State == queue.StateSpent {
		if lost := s.Reason == queue.ReasonFinished || s.Reason == queue.ReasonLeft; lost && !v.ended {
			w.t.Errorf("a ticket ended by itself, reason %d", s.Reason)
		}
		v.ended = true
		return
	}
	if v.ended {
		w.t.Errorf("a ticket that has ended stands at %v", s.State)
	}
	if v.ticket.Order <= w.room().opening.Floor && (s.State == queue.StateWaiting || s.State == queue.StateFront) {
		w.t.Errorf("a place below the floor stands at %v", s.State)
	}
	if s.State != queue.StateInside {
		return
	}
	if v.started == 0 {
		v.started = s.Started
		w.entry(w.t, w.now)
	}
	if s.Started != v.started || s.Until > s.Started+w.room().timing().max {
		w.t.Errorf("stay from %d to %d, began %d", s.Started, s.Until, v.started)
	}
	v.until = s.Until
}
