package queue

import (
	"context"
	"errors"
)

// Arrive numbers a new arrival, or lets it straight in when the allowance permits and the line is empty. The id of the visitor
// is drawn here, unless the caller names one; lane and code are the caller's. Whoever repeats an arrival with the same id and code
// gets the same place, as long as it stands. In a lobby the answer is StateLobby with a place that no store keeps;
// StateRefused: no number is given, for the Reason. ErrUnavailable: no place can be given now; try again.
func (r *Room) Arrive(a Arrival) (Joined, error) {
	named := a.Visitor != VisitorID{}
	if !named {
		a.Visitor = r.newVisitor()
	}
	if err := a.Validate(); err != nil {
		return Joined{}, err // the store would refuse the whole batch
	}
	if !r.up() {
		// Arrivals must not wait for one time-out each; a tick notices when the store returns.
		return r.arriveWithoutStore(&a, ErrUnavailable)
	}
	j, err := r.joins.do(a)
	if err == nil && (j.State == StateTaken || named && j.State == StateSpent) {
		// The call was repeated on its way, after the store had let the id in: no visitor has that stay. Or the place of the id that
		// the caller named is over. Draw another id.
		a.Visitor = r.newVisitor()
		if j, err = r.joins.do(a); err == nil && j.State == StateTaken {
			err = ErrUnavailable
		}
	}
	if errors.Is(err, ErrUnavailable) {
		return r.arriveWithoutStore(&a, err)
	}
	if err == nil && j.State == StateInside {
		r.entered(j.Place.Visitor, j.Standing)
	}
	return j, err
}

// entered notes a stay that the store has begun or knows. Its first request is told at once.
func (r *Room) entered(id VisitorID, s Standing) {
	r.stays.note(Stay{Visitor: id, Started: s.Started, At: r.Now()}, r.cfg.Visitors)
	r.recent.unsent(id)
}

// Claim turns a call into a stay, or says where the place stands. StateFull: it is this place's turn and the room is full;
// ask again within Timing.Confirm. A place that no store can have given is StateSpent.
func (r *Room) Claim(p Place) (Standing, error) {
	if !p.Valid() {
		return Standing{State: StateSpent}, nil // the store would refuse the whole batch
	}
	if r.up() {
		s, err := r.claims.do(p)
		if err == nil {
			s = r.because(p.Visitor, s)
			r.claimed(p.Visitor, s)
			return s, nil
		}
		if !errors.Is(err, ErrUnavailable) {
			return s, err
		}
	}
	return r.claimWithoutStore(&p)
}

// ClaimBeat is Claim for a place that may have used a code. A store that was lost takes a place in by a claim too, and a claim says
// nothing of codes: so a place of which this process has heard nothing from the store is told first.
func (r *Room) ClaimBeat(b Beat) (Standing, error) {
	id := b.Place.Visitor
	if _, answered := r.recent.last(id); b.Code != (Code{}) && answered == 0 && b.Place.Valid() && r.up() {
		s, err := r.Beat(b)
		if err != nil && !errors.Is(err, ErrUnavailable) {
			return s, err
		}
		if err == nil && s.State == StateSpent {
			return s, nil
		}
	}
	return r.Claim(b.Place)
}

// Beat sends a heartbeat at once and says where the store says that the place stands. Unlike a claim it never begins a stay: it is for
// a page that asks by itself, and cannot wait for the answer to a later poll. ErrUnavailable: the store is away.
func (r *Room) Beat(b Beat) (Standing, error) {
	if !b.Place.Valid() {
		return Standing{State: StateSpent}, nil // the store would refuse the whole batch
	}
	if !r.up() {
		return Standing{}, ErrUnavailable
	}
	s, err := r.beats.do(b)
	if err != nil {
		return Standing{}, err
	}
	s = r.because(b.Place.Visitor, noCode(s))
	r.noteBeat(b.Place.Visitor, s)
	return s, nil
}

// claimed notes the answer to a claim.
func (r *Room) claimed(id VisitorID, s Standing) {
	switch s.State {
	case StateUnknown, StateLobby:
		return // it may be another at any moment
	case StateInside:
		r.entered(id, s)
	}
	r.recent.answer(id, r.Now(), s)
}

// Resume asks that a stay goes on whose pass has run out. started is when it began and last when its last request was made,
// in store milliseconds as the pass says. The store is told of that request first: after a loss it does not know the stay.
//
// StateInside: it goes on. StateFull: the room is full; ask again within Timing.Confirm. StateSpent: it cannot be resumed.
// StateMissed: the store is away; ask again.
func (r *Room) Resume(p Place, started, last int64) (Standing, error) {
	if r.EndedAll(p.Visitor, started) {
		return Standing{State: StateSpent, Reason: ReasonFinished}, nil
	}
	c := Stay{Visitor: p.Visitor, Started: started, At: last}
	if p.Number == 0 {
		// Let in without a number, while the store was away. The place of a stay is not looked at.
		p = Place{Visitor: p.Visitor, Epoch: 1, Number: 1, Order: OrderOf(1, 1)}
	}
	if possible := p.Valid() && c.Validate() == nil; !possible {
		return Standing{State: StateSpent}, nil
	}
	if !r.up() {
		return r.resumeWithoutStore(c)
	}
	s, err := r.resumes.do(c)
	if err == nil && s.State == StateMissed {
		s, err = r.claims.do(p)
	}
	switch {
	case errors.Is(err, ErrUnavailable):
		return r.resumeWithoutStore(c)
	case err == nil:
		s = r.because(p.Visitor, s)
		r.claimed(p.Visitor, s)
	}
	return s, err
}

func (r *Room) joinBatch(arrivals []Arrival) ([]Joined, error) {
	if r.down() {
		return nil, ErrUnavailable // callers that came before this was known would wait for one time-out after the other
	}
	var reply JoinReply
	err := r.retryLost(context.Background(), func(ctx context.Context) error {
		var err error
		reply, err = r.store.Join(ctx, arrivals)
		return err
	})
	if err != nil {
		return nil, err
	}
	r.watermark.joined(&reply)
	r.doors.joined(reply.Places)
	for i := range reply.Places {
		reply.Places[i].Standing = r.here(reply.Places[i].Standing)
	}
	return reply.Places, nil
}

func (r *Room) claimBatch(places []Place) ([]Standing, error) {
	return r.standings(func(ctx context.Context) (KeepReply, error) {
		r.rebuilding.RLock()
		defer r.rebuilding.RUnlock()
		return r.store.Claim(ctx, r.watermark.mapping(), places)
	})
}

func (r *Room) resumeBatch(stays []Stay) ([]Standing, error) {
	return r.standings(func(ctx context.Context) (KeepReply, error) { return r.renewBatch(ctx, stays) })
}

func (r *Room) beatBatch(beats []Beat) ([]Standing, error) {
	return r.standings(func(ctx context.Context) (KeepReply, error) { return r.keepBatch(ctx, beats) })
}

// standings runs a verb for visitors that wait for its answer.
func (r *Room) standings(verb func(context.Context) (KeepReply, error)) ([]Standing, error) {
	if r.down() {
		return nil, ErrUnavailable
	}
	var reply KeepReply
	err := r.retryLost(context.Background(), func(ctx context.Context) error {
		var err error
		reply, err = verb(ctx)
		return err
	})
	for i, s := range reply.Standings {
		reply.Standings[i] = r.here(s)
	}
	return reply.Standings, err
}
