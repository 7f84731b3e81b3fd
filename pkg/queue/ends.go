package queue

import (
	"context"
	"errors"
	"sync"
)

// ends are the tickets that ended for good while the store was away. No later request repeats such an end: if the store never
// gets it, the stay counts as inside until it runs out, and other gateways accept its pass.
type ends struct {
	mu      sync.Mutex
	pending []ended
}

// ended is a ticket that has ended for good.
type ended struct {
	id VisitorID
	by ending
}

// ending is what ends a ticket.
type ending bool

const (
	finished ending = false
	left     ending = true
)

// keep keeps ends that could not be sent, up to outboxMax of them.
func (e *ends) keep(them ...ended) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pending = append(e.pending, them[:min(len(them), outboxMax-len(e.pending))]...)
}

// take removes and returns all of them.
func (e *ends) take() []ended {
	e.mu.Lock()
	defer e.mu.Unlock()
	them := e.pending
	e.pending = nil
	return them
}

// all is what must still be sent to the store.
func (e *ends) all() []ended {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pending[:len(e.pending):len(e.pending)]
}

// over notes that a visitor's ticket has ended for good.
func (r *Room) over(id VisitorID) {
	r.stays.forget(id)
	r.recent.answer(id, r.Now(), Standing{State: StateSpent})
}

// end ends a ticket here, and in the store at once or when it returns.
func (r *Room) end(ctx context.Context, e ended) error {
	r.over(e.id)
	err := ErrUnavailable
	if !r.down() { // no request waits for a store that does not answer
		err = r.tell(ctx, e.by, []VisitorID{e.id})
	}
	if errors.Is(err, ErrUnavailable) {
		r.ends.keep(e)
	}
	return err
}

func (r *Room) tell(ctx context.Context, by ending, ids []VisitorID) error {
	verb := r.store.Finish
	if by == left {
		verb = r.store.Leave
	}
	return r.retryLost(ctx, func(ctx context.Context) error { return verb(ctx, ids) })
}

// sendEnds sends what ended while the store was away, and keeps what fails.
func (r *Room) sendEnds(ctx context.Context) error {
	for them := r.ends.take(); len(them) > 0; {
		n, ids := 0, []VisitorID(nil)
		for n < min(len(them), MaxBatch) && them[n].by == them[0].by {
			ids, n = append(ids, them[n].id), n+1
		}
		err := r.tell(ctx, them[0].by, ids)
		if errors.Is(err, ErrUnavailable) {
			r.ends.keep(them...)
			for _, e := range them {
				r.over(e.id) // unlearn may have run while they were taken out
			}
			return err
		}
		if err != nil {
			r.cfg.OnEvent(Event{Kind: EventError, Err: err})
		}
		them = them[n:]
	}
	return nil
}

// unlearn forgets the store's answers, so that every place sends a heartbeat anew. It keeps the ends that were not sent yet.
func (r *Room) unlearn() {
	r.recent.clear()
	for _, e := range r.ends.all() {
		r.over(e.id)
	}
}
