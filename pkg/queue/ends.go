package queue

import (
	"context"
	"errors"
	"sync"
)

// ends are outcomes, and tickets that were given up, of which the store has not been told because it was away. No later request
// repeats them: if the store never gets one, a stay counts as inside until it runs out and other gateways accept its pass,
// or a booking is not counted.
type ends struct {
	mu      sync.Mutex
	pending []ending
	sending Untold // of those that were taken out
}

// ending is an outcome, or a visitor that has given up its place or stay.
type ending struct {
	left bool // only Visitor counts
	// why the ticket of left has ended, if an act of somebody else has ended it.
	why Reason
	Outcome
}

// books reports whether it says something of what is booked.
func (e *ending) books() bool { return !e.left && e.Books() }

// keep keeps ends that could not be sent, up to outboxMax of them.
func (e *ends) keep(them ...ending) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pending = append(e.pending, them[:min(len(them), outboxMax-len(e.pending))]...)
}

// take removes and returns all of them, until done is called.
func (e *ends) take() (them []ending, done func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	them, e.pending = e.pending, nil
	n := untold(them)
	e.sending = e.sending.plus(n, 1)
	return them, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.sending = e.sending.plus(n, -1)
	}
}

// all is what must still be sent to the store.
func (e *ends) all() []ending {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pending[:len(e.pending):len(e.pending)]
}

// Finish ends a stay at once, so that the next place can be called.
//
// ErrUnavailable: the store is away. The end is sent when it returns, and this process refuses the pass from now on.
func (r *Room) Finish(ctx context.Context, id VisitorID) error {
	return r.end(ctx, []ending{{Outcome: Outcome{Kind: Finished, Visitor: id}}})
}

// Leave gives a place or a stay up, for good. ErrUnavailable as for Finish.
func (r *Room) Leave(ctx context.Context, id VisitorID) error {
	return r.end(ctx, []ending{{left: true, Outcome: Outcome{Visitor: id}}})
}

// Report tells outcomes, those of one answer of the site in order and a booking before the end of its stay. What is booked or
// freed without a reference counts as something new; what this process has told by its reference is not told again, so that it counts
// once also where the store has just lost the room. ErrInvalid, of which nothing is told; ErrUnavailable as for Finish: they
// are sent when the store returns.
func (r *Room) Report(ctx context.Context, outcomes ...Outcome) error {
	them := make([]ending, 0, len(outcomes))
	for _, o := range outcomes {
		if o.Ref == (Code{}) && (o.Kind == Booked || o.Kind == Freed) {
			o.Ref = Code(r.newVisitor())
		}
		if err := o.Validate(); err != nil {
			return err
		}
		if o.Kind == Finished || !r.watermark.knows(o.Ref) {
			them = append(them, ending{Outcome: o})
		}
	}
	return r.end(ctx, them)
}

// over notes that a visitor's ticket has ended for good.
func (r *Room) over(id VisitorID, why Reason) {
	r.stays.forget(id)
	r.recent.answer(id, r.Now(), Standing{State: StateSpent, Reason: why})
}

func (r *Room) note(them []ending) {
	for i := range them {
		switch e := &them[i]; {
		case e.left:
			r.over(e.Visitor, ReasonLeft)
		case e.Kind == Finished:
			r.over(e.Visitor, ReasonFinished)
		}
	}
}

// end notes ends here, and in the store at once or when it returns.
func (r *Room) end(ctx context.Context, them []ending) error {
	r.note(them)
	for len(them) > 0 {
		batch := alike(them)
		err := ErrUnavailable
		if r.up() { // no request waits for a store that does not answer
			err = r.tell(ctx, batch)
		}
		if errors.Is(err, ErrUnavailable) {
			r.ends.keep(them...)
		}
		if err != nil {
			return err
		}
		them = them[len(batch):]
	}
	return nil
}

// alike is as many of them, from the first on, as go with one verb.
func alike(them []ending) []ending {
	n := 0
	for n < min(len(them), MaxBatch) && them[n].left == them[0].left {
		n++
	}
	return them[:n]
}

// tell sends ends that go with one verb.
func (r *Room) tell(ctx context.Context, batch []ending) error {
	var reply Reported
	err := r.retryLost(ctx, func(ctx context.Context) (err error) {
		reply, err = r.outcome(ctx, batch)
		return err
	})
	if err == nil {
		r.watermark.reported(batch, reply, r.storeNow())
	}
	return err
}

// outcome sends ends with the verb that they go with.
func (r *Room) outcome(ctx context.Context, batch []ending) (Reported, error) {
	if batch[0].left {
		ids := make([]VisitorID, len(batch))
		for i := range batch {
			ids[i] = batch[i].Visitor
		}
		return Reported{}, r.store.Leave(ctx, ids)
	}
	outcomes := make([]Outcome, len(batch))
	for i := range batch {
		outcomes[i] = batch[i].Outcome
	}
	return r.store.Report(ctx, r.watermark.tally(), outcomes)
}

// sendEnds sends what ended while the store was away, and keeps what fails.
func (r *Room) sendEnds(ctx context.Context) error {
	them, done := r.ends.take()
	defer done()
	for len(them) > 0 {
		batch := alike(them)
		err := r.tell(ctx, batch)
		if errors.Is(err, ErrUnavailable) {
			r.ends.keep(them...)
			r.note(them) // unlearn may have run while they were taken out
			return err
		}
		if err != nil {
			r.cfg.OnEvent(Event{Kind: EventError, Err: err})
		}
		them = them[len(batch):]
	}
	return nil
}

// unlearn forgets the store's answers, so that every place sends a heartbeat anew. It keeps the ends that were not sent yet.
func (r *Room) unlearn() {
	r.recent.clear()
	r.note(r.ends.all())
}
