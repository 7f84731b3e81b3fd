package memstore

import (
	"cmp"
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// applySteps applies the steps of the plan that are due, each once, and none while other gateways may remember more.
func (r *room) applySteps() {
	applied := 0
	for i := range r.steps {
		s := &r.steps[i]
		if s.At > r.now || r.now < r.Hold || applied == queue.MaxDue {
			return
		}
		if s.Rank > r.Opening.Done[s.Opening].Rank {
			r.apply(s)
			applied++
		}
	}
}

// apply is the effect of one step.
func (r *room) apply(s *queue.Step) {
	o := &r.Opening
	o.Cursor++
	o.Done[s.Opening] = queue.Done{Rank: s.Rank, Cursor: o.Cursor}
	r.forgetDone()
	if s.Floor && s.At >= r.Made {
		o.Floor = max(o.Floor, queue.OrderOf(r.Epoch, r.Last))
		o.Segments = nil
	}
	if s.SetQuota {
		o.Quota, o.Per, o.Standby = s.Quota, max(1, s.Per), s.Standby
	}
	if s.Reset {
		o.Booked = 0
		r.codes = newCodes(r.codes.changed)
		r.Resets++
	}
	if s.SetShare {
		o.Share = s.Share
	}
	if s.SetWeights {
		o.Weights = s.Weights
	}
	r.enterPhase(s)
}

// oldOpenings is how many openings that the plan no longer has are remembered.
const oldOpenings = 64

// forgetDone forgets the openings that are not in the plan, but for the latest.
func (r *room) forgetDone() {
	done := r.Opening.Done
	old := maps.Clone(done)
	for _, s := range r.Document.Plan {
		delete(old, s.Opening)
	}
	names := slices.SortedFunc(maps.Keys(old), func(a, b string) int {
		return cmp.Or(cmp.Compare(old[b].Cursor, old[a].Cursor), cmp.Compare(a, b))
	})
	for _, name := range names[min(len(names), oldOpenings):] {
		delete(done, name)
	}
}

// enterPhase puts the phase of a step in force.
func (r *room) enterPhase(s *queue.Step) {
	o := &r.Opening
	switch {
	case s.Phase == queue.PhaseLobby:
		o.Segments = []queue.Segment{{Epoch: r.Epoch, First: r.Last + 1, Open: true}}
	case s.Phase == queue.PhaseOpen && o.Phase == queue.PhaseLobby:
		o.Name = s.Opening
		r.freeze(s)
		return
	case s.Phase == queue.PhaseOpen && o.Phase == queue.PhaseDrawing && o.Name == s.Opening:
		return // Reveal opens
	default:
		o.Segments = nil
	}
	o.Phase, o.Name = s.Phase, s.Opening
}

// freeze closes a lobby: its places are drawn, or stand in the order of arrival.
func (r *room) freeze(s *queue.Step) {
	o := &r.Opening
	segments := slices.Clone(o.Segments)
	n := uint64(0)
	for i := range segments {
		r.closeSegment(&segments[i], r.Last)
		n += segments[i].Len()
	}
	o.Segments = nil
	spread := r.spread(s, n)
	if !s.Draw || n < 2 {
		o.Phase = queue.PhaseOpen
		r.Hold = max(r.Hold, r.now+spread)
		return
	}
	first := segments[0]
	o.Draws = append(o.Draws, queue.Draw{
		Opening: s.Opening, Segments: segments, N: n, Base: queue.OrderOf(first.Epoch, first.First), Frozen: r.now, Spread: spread,
	})
	o.Draws = o.Draws[max(0, len(o.Draws)-queue.MaxDraws):]
	r.Last = max(r.Last, first.First+n-1)
	o.Phase = queue.PhaseDrawing
}

// closeSegment ends an open segment at the highest number that can have been given in it.
func (r *room) closeSegment(s *queue.Segment, ceiling uint64) {
	if s.Open {
		s.Open, s.Last = false, max(s.First-1, ceiling)
	}
}

// spread is how long the pages of a lobby take to ask. Pages do not know of a start that was brought forward.
func (r *room) spread(s *queue.Step, n uint64) int64 {
	hold := r.t.hold
	if s.At < r.Opening.Planned+hold {
		return hold
	}
	return queue.Spread(n)
}

// begins begins an epoch, in which numbers go on after last. An open segment of another epoch ends at its ceiling, the highest
// number that can have been given in it, and one of this epoch follows.
func (r *room) begins(epoch, last uint64, ceiling func(epoch uint64) uint64) {
	r.Epoch, r.Last = epoch, last
	closed, open := false, false
	for i := range r.Opening.Segments {
		s := &r.Opening.Segments[i]
		if s.Epoch == epoch {
			open = open || s.Open
			continue
		}
		closed = closed || s.Open
		r.closeSegment(s, ceiling(s.Epoch))
	}
	if closed && !open {
		r.Opening.Segments = append(r.Opening.Segments, queue.Segment{Epoch: epoch, First: last + 1, Open: true})
	}
}

// settle replaces the document.
func (r *room) settle(d queue.Document) (queue.Document, error) {
	if d.Version != r.Document.Version {
		return cloneDocument(&r.Document), queue.ErrConflict
	}
	r.fill()
	if !slices.Equal(d.Plan, r.Document.Plan) {
		r.Opening.Planned = r.now
	}
	d.Version++
	r.takeDocument(&d)
	return cloneDocument(&d), nil
}

// takeDocument puts a document in force. A smaller bucket loses what does not fit.
func (r *room) takeDocument(d *queue.Document) {
	r.useDocument(cloneDocument(d))
	r.Format = max(r.Format, d.Format())
	r.fill()
}

func cloneDocument(d *queue.Document) queue.Document {
	c := *d
	c.Plan = slices.Clip(slices.Clone(d.Plan)) // nobody appends to a plan that snapshots share
	return c
}

// reveal puts the seed of a draw in force, once.
func (r *room) reveal(opening string, seed [32]byte) ([32]byte, error) {
	o := &r.Opening
	var found *queue.Draw
	for i := range o.Draws {
		if d := &o.Draws[i]; d.Opening == opening && (found == nil || !d.Known) {
			found = d
		}
	}
	if found == nil {
		return [32]byte{}, queue.ErrUnknown
	}
	if found.Known {
		return found.Seed, nil
	}
	found.Seed, found.Known = seed, true
	o.Mapping++
	if o.Phase == queue.PhaseDrawing && o.Name == opening {
		o.Phase = queue.PhaseOpen
	}
	r.Hold = max(r.Hold, r.now+found.Spread)
	return seed, nil
}
