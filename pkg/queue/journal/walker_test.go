package journal_test

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/queuetest/model"
)

// walker is a morning on the model that a recorder writes down: visitors and gateways do what they may do, at random.
type walker struct {
	t      *testing.T
	random *rand.Rand
	now    int64
	model  *model.Model
	store  recording
	events []journal.Event
	known  queue.Snapshot // what the gateway remembers
	stale  queue.Snapshot // what another one remembers, which is slow
	people []*person
	count  uint64
	backs  bool // the clock may step back
	// scheduled: the plan is made of a schedule by each of two gateways, of which one is slow, instead of by hand.
	scheduled      bool
	edits, planned int

	losses  int
	entries int
	full    int
}

// recording is a store that is written down.
type recording interface {
	queue.Store
	Lost()
}

// person is one visitor with what it holds.
type person struct {
	ticket         queue.Place
	started, until int64
	last           int64 // its last request
	ended          bool
}

// newWalker makes a room whose plan is made by hand. under, if not nil, is put between the recorder and the model.
func newWalker(t *testing.T, seed uint64, under func(queue.Store) queue.Store) *walker {
	t.Helper()
	return newWalkerOf(t, seed, under, false)
}

func newWalkerOf(t *testing.T, seed uint64, under func(queue.Store) queue.Store, scheduled bool) *walker {
	t.Helper()
	w := &walker{t: t, random: rand.New(rand.NewPCG(seed, 7)), now: start}
	w.model = model.New(func() int64 { return w.now })
	var below queue.Store = w.model
	if under != nil {
		below = under(below)
	}
	w.store = &journal.Recorder{
		Store: below, Sink: func(e journal.Event) { w.events = append(w.events, e) },
		Clock: func() int64 { return w.now }, Figures: seed%2 == 0,
	}
	d := queue.Document{
		Pace:   queue.Pace{Mode: queue.ModeRun, Rate: 30, Burst: 3, MaxInside: int64(seed % 3 * 5), Strict: seed%4 == 0},
		Timing: timing,
	}
	d.Plan = w.plan()
	if w.scheduled = scheduled; scheduled {
		d.Plan = nil
		d.SetSchedule(w.schedule())
	}
	for w.known.Epoch == 0 {
		w.ok(w.store.Restore(t.Context(), queue.Watermark{Document: d}))
		w.tick()
	}
	w.stale = w.known
	return w
}

func (w *walker) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// ok reports whether a verb was answered. A store may be away, or have lost the room.
func (w *walker) ok(err error) bool {
	w.t.Helper()
	if errors.Is(err, queue.ErrUnavailable) || errors.Is(err, queue.ErrLost) || errors.Is(err, queue.ErrUnknown) ||
		errors.Is(err, queue.ErrConflict) {
		return false
	}
	w.must(err)
	return true
}

func (w *walker) step() {
	w.now += w.random.Int64N(1500)
	if w.random.IntN(4) > 0 {
		w.tick()
	}
	switch n := w.random.IntN(1000); {
	case n < 300:
		w.arrive()
	case n < 600:
		w.beat()
	case n < 800:
		w.claim()
	case n < 900:
		w.renew()
	case n < 940:
		w.report()
	case n < 950:
		w.leave()
	case n < 965:
		w.reveal()
	case n < 975:
		w.move()
	case n < 985:
		w.restore()
	case n < 990:
		w.settle()
	case n < 992 && w.backs:
		w.now -= w.random.Int64N(30_000)
	case n < 993:
		w.now += w.random.Int64N(120_000)
	case n < 996:
		w.lose()
	}
	if len(w.people) > 400 {
		w.people = slices.DeleteFunc(w.people, func(p *person) bool { return p.ended && w.random.IntN(4) > 0 })
		w.people = w.people[max(0, len(w.people)-400):]
	}
}

func (w *walker) id() (id queue.VisitorID) {
	w.count++
	binary.BigEndian.PutUint64(id[8:], w.count)
	id[0] = byte(w.random.IntN(256))
	return id
}

func (w *walker) arrive() {
	arrivals := make([]queue.Arrival, 1+w.random.IntN(3))
	for i := range arrivals {
		arrivals[i] = queue.Arrival{Visitor: w.id(), Lane: uint8(w.random.IntN(2))}
		if w.random.IntN(10) == 0 {
			arrivals[i].Code, arrivals[i].Uses = queue.Code{1, byte(w.random.IntN(20))}, 2
		}
	}
	for range 1 + w.random.IntN(5)/4 { // now and then repeated
		reply, err := w.store.Join(w.t.Context(), arrivals)
		if !w.ok(err) {
			return
		}
		for _, j := range reply.Places {
			if j.State == queue.StateRefused || j.State == queue.StateTaken {
				continue
			}
			i := slices.IndexFunc(w.people, func(p *person) bool { return p.ticket.Visitor == j.Place.Visitor })
			if i < 0 {
				i = len(w.people)
				w.people = append(w.people, &person{})
			}
			w.people[i].ticket = j.Place // in a lobby the first number is a lot that nobody holds
			w.stands(w.people[i], j.Standing)
		}
	}
}

// any is some visitor, mostly one whose ticket is worth something.
func (w *walker) any() *person {
	for len(w.people) == 0 {
		w.now += 1000
		w.tick()
		w.arrive()
	}
	for {
		if p := w.people[w.random.IntN(len(w.people))]; !p.ended || w.random.IntN(20) == 0 {
			return p
		}
	}
}

// mapping is how many draws the gateway knows the seeds of, and the places of a ticket by them.
func (w *walker) order(p *person) uint64 {
	draws := w.known.Opening.Draws
	for i := range draws {
		d := &draws[i]
		index, ok := d.Index(p.ticket.Epoch, p.ticket.Number)
		if !ok || !d.Known {
			continue
		}
		permutation, err := draw.New(d.Seed, d.N)
		w.must(err)
		place, err := permutation.Place(index)
		w.must(err)
		p.ticket.Order = d.Base + queue.Order(place)
	}
	return w.known.Opening.Mapping
}

func (w *walker) beat() {
	if p := w.any(); p.started == 0 || p.until <= w.now {
		w.beatOf(p)
	}
}

func (w *walker) beatOf(p *person) {
	m := w.order(p)
	reply, err := w.store.Keep(w.t.Context(), m, []queue.Beat{{Place: p.ticket, Away: w.random.IntN(10) == 0}})
	if !w.ok(err) {
		return
	}
	w.stands(p, reply.Standings[0])
	if reply.Standings[0].State == queue.StateWaiting {
		w.show(p)
		w.now++
		w.show(p)
	}
}

// show tells a visitor that waits how many are ahead of it, by a snapshot of now.
func (w *walker) show(p *person) {
	s, err := w.store.Snapshot(w.t.Context())
	if !w.ok(err) {
		return
	}
	ahead, _ := s.Sketches[p.ticket.Lane].Ahead(p.ticket.Order)
	w.events = append(w.events, journal.Event{
		At: w.now, Kind: journal.Shown, Visitor: journal.ID(p.ticket.Visitor), Epoch: p.ticket.Epoch, Number: p.ticket.Number,
		Order: p.ticket.Order, Ahead: ahead,
	})
}

func (w *walker) claim() {
	batch := []*person{w.any()}
	if q := w.any(); q != batch[0] {
		batch = append(batch, q)
	}
	var places []queue.Place
	m := uint64(0)
	for _, p := range batch {
		m = w.order(p)
		places = append(places, p.ticket)
		if p.started > 0 && p.until <= w.now {
			w.tell(p) // an ended pass is told before it claims
		}
	}
	reply, err := w.store.Claim(w.t.Context(), m, places)
	if !w.ok(err) {
		return
	}
	for i, p := range batch {
		w.stands(p, reply.Standings[i])
	}
}

func (w *walker) renew() {
	p := w.any()
	if p.started == 0 || p.until <= w.now {
		return
	}
	p.last = max(p.last, w.now-w.random.Int64N(3000))
	w.tell(p)
}

// tell tells of the last request of a stay.
func (w *walker) tell(p *person) {
	reply, err := w.store.Renew(w.t.Context(), []queue.Stay{{Visitor: p.ticket.Visitor, Started: p.started, At: p.last}})
	if !w.ok(err) {
		return
	}
	w.stands(p, reply.Standings[0])
}

func (w *walker) report() {
	p := w.any()
	if p.started == 0 || p.until <= w.now {
		return
	}
	kind := queue.OutcomeKind(w.random.IntN(3))
	o := queue.Outcome{Kind: kind, Visitor: p.ticket.Visitor, Count: 1 + w.random.Int64N(2), Ref: queue.Code(p.ticket.Visitor)}
	o.Ref[1] = byte(kind)
	if kind == queue.Freed && w.random.IntN(5) == 0 {
		o = queue.Outcome{Kind: queue.Total, Count: w.random.Int64N(60)}
	}
	_, err := w.store.Report(w.t.Context(), queue.Tally{}, []queue.Outcome{o, o})
	told := w.ok(err)
	p.ended = p.ended || kind == queue.Finished && told
}

func (w *walker) leave() {
	p := w.any()
	p.ended = w.ok(w.store.Leave(w.t.Context(), []queue.VisitorID{p.ticket.Visitor})) || p.ended
	w.now += 100
	w.beatOf(p) // another device has the ticket
}

func (w *walker) reveal() {
	for _, d := range w.known.Opening.Draws {
		seed := [32]byte{1, byte(w.random.IntN(256))}
		if w.random.IntN(4) == 0 {
			seed = [32]byte{}
		}
		_, err := w.store.Reveal(w.t.Context(), d.Opening, seed)
		w.ok(err)
	}
}

func (w *walker) move() {
	p := w.any()
	m := queue.Move{Act: queue.Act(w.random.IntN(4)), Visitor: p.ticket.Visitor, Ref: queue.Code(w.id())}
	if m.Act == queue.ActHand {
		m.To = w.id()
	}
	if m.Act == queue.ActEnd && w.random.IntN(10) > 0 {
		return
	}
	moved, err := w.store.Move(w.t.Context(), m)
	if !w.ok(err) {
		return
	}
	switch {
	case m.Act == queue.ActRemove || m.Act == queue.ActEnd:
		p.ended = true
	case m.Act == queue.ActHand && moved.Reason == queue.ReasonMoved && !p.ended:
		old := *p
		old.ended = true
		w.people = append(w.people, &old)
		p.ticket.Visitor = m.To
	}
}

// stands takes an answer over.
func (w *walker) stands(p *person, s queue.Standing) {
	switch s.State {
	case queue.StateSpent:
		p.ended = true
	case queue.StateFull:
		w.full++
	case queue.StateInside:
		if p.started == 0 {
			w.entries++
		}
		p.started, p.until = s.Started, s.Until
		p.last = max(p.last, s.Until-timing.Idle.Milliseconds())
	}
}
