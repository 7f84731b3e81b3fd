package journal

import (
	"slices"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// opening follows the opening record.
type opening struct {
	record *queue.Opening // as a snapshot showed it, and as a Reveal changed it; nil: not known
	// stale: the record may have been replaced.
	stale bool
	done  map[string]Stepped
	// floor ends the orders up to it; it was seen at floorAt.
	floor   queue.Order
	floorAt int64
	// closed is until when the pages of a draw may not know its seed, as of the last snapshot; closing with what came since.
	closed, closing int64
	raised          bool // the last number may have risen by a ticket or a draw, since the last snapshot
	steps           uint32
	waits           []awaiting

	permutations map[string]*draw.Permutation
}

// awaiting is an answer that the next snapshot judges, because it is not known what came first.
type awaiting struct {
	event           Event
	rule            Rule
	cursor, mapping uint64
}

// forget: the record may be another one. What is known of draws stays.
func (o *opening) forget() {
	o.stale, o.done, o.floor, o.raised, o.waits = true, nil, 0, true, nil
	o.closed, o.closing = 0, 0
}

// stepped checks a step that took effect. Every process tells of it once.
func (v *Invariants) stepped(e *Event) {
	s, o := *e.Step, &v.room
	if o.done == nil {
		o.done = map[string]Stepped{}
	}
	before, ok := o.done[s.Opening]
	if ok && s != before && (s.Rank <= before.Rank) == (s.Cursor > before.Cursor) {
		v.report(RuleSteps, e, "rank %d of %q took effect as step %d, rank %d as step %d", s.Rank, s.Opening, s.Cursor, before.Rank, before.Cursor)
	}
	if s.Rank >= before.Rank {
		o.done[s.Opening] = s
	}
}

// recorded takes a record over.
func (v *Invariants) recorded(e *Event) {
	o := &v.room
	if o.record == nil || len(o.record.Draws) != len(e.Record.Draws) || o.record.Cursor != e.Record.Cursor {
		o.raised = true
	}
	record := e.Record.Clone()
	o.record, o.stale = &record, false
	for i := range record.Draws {
		if d := &record.Draws[i]; len(d.Segments) > 0 {
			v.numbers.raise(d.Segments[0].First + d.N - 1)
		}
	}
}

// revealed notes that the seed of a draw came to be in force. A verb tells it with the time before it was sent; a snapshot, that it
// came after the one before.
func (v *Invariants) revealed(e *Event) {
	o := &v.room
	if o.record == nil {
		return
	}
	i := slices.IndexFunc(o.record.Draws, func(d queue.Draw) bool { return d.Opening == e.Draw.Opening && !d.Known })
	if i < 0 {
		i = slices.IndexFunc(o.record.Draws, func(d queue.Draw) bool {
			return d.Opening == e.Draw.Opening && (e.Draw.N == 0 || sameDraw(&d, e.Draw))
		})
		if i >= 0 && !o.stale && o.record.Draws[i].Seed != e.Draw.Seed {
			v.report(RuleMapping, e, "the draw of %q has two seeds", e.Draw.Opening)
		}
		return
	}
	d := &o.record.Draws[i]
	at := e.At
	if len(e.Draw.Segments) > 0 && v.marks != nil {
		at = min(at, v.marksAt)
	}
	d.Known, d.Seed = true, e.Draw.Seed
	o.record.Mapping++
	if o.record.Phase == queue.PhaseDrawing && o.record.Name == d.Opening {
		o.record.Phase = queue.PhaseOpen
	}
	o.closing = max(o.closing, at+d.Spread)
}

// strange reports whether a ticket is in no segment of the draw that covers an order.
func (o *opening) strange(order queue.Order, p *place) bool {
	if o.record == nil {
		return false
	}
	for i := range o.record.Draws {
		if d := &o.record.Draws[i]; d.Holds(order) {
			_, in := d.Index(p.epoch, p.number)
			return !in
		}
	}
	return false
}

// inLobby reports whether a number is one of a lobby, or of a draw whose seed is not known.
func (o *opening) inLobby(epoch, number uint64) bool {
	if o.record == nil || o.stale {
		return false
	}
	for _, s := range o.record.Segments {
		if s.Holds(epoch, number) {
			return true
		}
	}
	for i := range o.record.Draws {
		d := &o.record.Draws[i]
		if _, in := d.Index(epoch, number); in && !d.Known {
			return true
		}
	}
	return false
}

// holds reports whether a place of a state is in line, in front, in calls or at the door.
func holds(s queue.State) bool {
	switch s {
	case queue.StateWaiting, queue.StateFront, queue.StateCalled, queue.StateFull:
		return true
	}
	return false
}

// life tells the stores' lives between two losses apart.
func (v *Invariants) life() uint32 { return uint32(v.sum.Losses) + 1 }

// held checks that a place which the store holds may have been taken in: its lobby is over, and its line is not. One that it holds
// already stays when a record of before its draw is restored.
func (v *Invariants) held(p *place, e *Event) {
	state, order := queue.State(e.State), e.order()
	if v.old || e.Kind == Join || !holds(state) {
		return
	}
	o := &v.room
	if o.inLobby(e.Epoch, e.Number) && (p == nil || p.held != v.life()) {
		v.judge(RuleLobby, e, "number %d of epoch %d is %v before its draw", e.Number, e.Epoch, state)
	}
	if order > o.floor || !v.cfg.Ordered && e.At <= o.floorAt {
		return
	}
	if state == queue.StateWaiting || state == queue.StateFront {
		v.report(RuleFloor, e, "order %d is %v, and the line was ended up to %d before %d", order, state, o.floor, o.floorAt)
	}
}

// calledBelow checks that a place which was called while it waited was not ended before.
func (v *Invariants) calledBelow(e *Event, called int64) {
	if o := &v.room; !v.old && e.order() <= o.floor && called > o.floorAt {
		v.report(RuleFloor, e, "order %d was called at %d, and the line was ended up to %d before %d", e.order(), called, o.floor, o.floorAt)
	}
}

// endedByFloor checks that a place which the floor is said to have ended is not above it.
func (v *Invariants) endedByFloor(p *place, e *Event) {
	if p.order > v.room.floor && v.marks != nil {
		v.judge(RuleLost, e, "order %d is said to be ended by a floor of %d", p.order, v.room.floor)
	}
}

// judge reports what is wrong by the record; where the record may just have changed, if the next snapshot says that it has not.
func (v *Invariants) judge(rule Rule, e *Event, format string, args ...any) {
	if v.cfg.Ordered {
		v.report(rule, e, format, args...)
		return
	}
	if r := v.room.record; r != nil {
		v.room.waits = append(v.room.waits, awaiting{*e, rule, r.Cursor, r.Mapping})
	}
}

// frame settles what a snapshot tells of the record.
func (o *opening) frame(e *Event, report func(rule Rule, e *Event, format string, args ...any)) {
	f := e.Snapshot
	for i := range o.waits {
		w := &o.waits[i]
		switch {
		case f.Cursor != w.cursor || f.Mapping != w.mapping:
		case w.rule == RuleLobby:
			report(w.rule, &w.event, "number %d of epoch %d is %v before its draw", w.event.Number, w.event.Epoch, queue.State(w.event.State))
		case w.event.order() > f.Floor:
			report(w.rule, &w.event, "order %d is said to be ended by a floor of %d", w.event.order(), f.Floor)
		}
	}
	o.waits = o.waits[:0]
	if r := o.record; r != nil {
		o.stale = r.Cursor != f.Cursor || r.Mapping != f.Mapping || r.Phase != queue.Phase(f.Phase) || r.Floor != f.Floor
	}
	if f.Floor > o.floor {
		o.floor, o.floorAt = f.Floor, e.At
	}
	o.closed = o.closing
	o.raised = false
}

// mapped checks that a place which was drawn has the order that the seed gives.
func (v *Invariants) mapped(p *place, e *Event) {
	o := &v.room
	switch queue.State(e.State) {
	case queue.StateSpent, queue.StateRefused:
		return
	}
	if v.old || o.record == nil || p.mapped && p.order == e.order() {
		return
	}
	for i := range o.record.Draws {
		d := &o.record.Draws[i]
		index, in := d.Index(e.Epoch, e.Number)
		if !in || !d.Known {
			continue
		}
		want, err := o.place(d, index)
		if err != nil || d.Base+queue.Order(want) != e.order() {
			v.report(RuleMapping, e, "number %d has order %d, the draw of %q gives %d", e.Number, e.order(), d.Opening, d.Base+queue.Order(want))
			return
		}
		p.mapped = true
		return
	}
}

// place is where a draw puts a position.
func (o *opening) place(d *queue.Draw, index uint64) (uint64, error) {
	if o.permutations == nil {
		o.permutations = map[string]*draw.Permutation{}
	}
	key := string(d.Seed[:]) + d.Opening
	permutation := o.permutations[key]
	if permutation == nil || permutation.N() != d.N {
		var err error
		if permutation, err = draw.New(d.Seed, d.N); err != nil {
			return 0, err
		}
		o.permutations[key] = permutation
	}
	return permutation.Place(index)
}
