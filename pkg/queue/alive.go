package queue

import "time"

// What goes on with a stay within its requests: a WebSocket, a stream, a long transfer. A browser gets no pass meanwhile, so
// its next request may show one that has run out although the stay lives.

// stay is what is remembered of a visitor's stay.
func (s *stays) stay(id VisitorID) (Stay, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, known := s.inner[id]
	return c, known
}

// Stands reports whether the ticket of a stay has not ended for good, as far as the store has said. Unlike Touch it notes no
// request.
func (r *Room) Stands(id VisitorID) bool {
	s, answered := r.recent.last(id)
	return answered == 0 || s.State != StateSpent
}

// Expired reports whether the store has said that a stay ended because it had lasted too long, and not because somebody ended it.
func (r *Room) Expired(id VisitorID) bool {
	s, answered := r.recent.last(id)
	return answered != 0 && s.State == StateSpent && s.Reason == ReasonExpired
}

// Act is Touch for what a visitor does within a request. It answers false also if the stay ran out before, which only a request
// can resume. It makes a store call only if this process knows of no request within Timing.Idle.
func (r *Room) Act(id VisitorID, started int64) bool {
	if r.EndedAll(id, started) {
		return false
	}
	now := r.Now()
	due, later, known, answered := r.recent.request(id, now, touchEvery)
	switch {
	case answered != 0 && known.State == StateSpent:
		return false
	case !due:
		if later {
			r.trail(id, started, now)
		}
		return true
	case r.Left(id, started) <= 0:
		r.recent.unsent(id)
		return false
	}
	r.told(id, started, now)
	return true
}

// Left is how long a stay lasts if its visitor does nothing more; 0: it is over. It makes a store call only if this process knows
// of no request within Timing.Idle: another gateway may.
func (r *Room) Left(id VisitorID, started int64) time.Duration {
	if r.EndedAll(id, started) {
		return 0
	}
	if left := r.leftHere(id); left > 0 {
		return left
	}
	s, err := r.askStay(Stay{Visitor: id, Started: started, At: started})
	switch {
	case err != nil:
		return r.every(r.tune.Load().pollMax) // whoever is inside stays inside: ask again
	case s.State != StateInside:
		return 0
	}
	return max(0, time.Duration(s.Until-r.Now())*time.Millisecond)
}

// Alive reports whether a stay goes on whose pass has run out, because of what its visitor did meanwhile without getting another
// one. started and last are when it began and when its last request was made as the pass says, in store milliseconds.
func (r *Room) Alive(id VisitorID, started, last int64) bool {
	if r.EndedAll(id, started) {
		return false
	}
	if r.leftHere(id) > 0 {
		return true
	}
	s, answered := r.recent.last(id)
	if answered != 0 && r.Now()-answered < freshFor && (s.State == StateMissed || s.State == StateSpent) {
		return false // a page's own timer asks again and again
	}
	s, err := r.askStay(Stay{Visitor: id, Started: started, At: last})
	return err == nil && s.State == StateInside
}

// leftHere is Left as far as this process knows; 0: it knows of no stay that lives.
func (r *Room) leftHere(id VisitorID) time.Duration {
	c, known := r.stays.stay(id)
	if !known || !r.Stands(id) {
		return 0
	}
	t := r.timing()
	end := min(c.At+t.Idle.Milliseconds(), c.Started+t.Max.Milliseconds())
	return max(0, time.Duration(end-r.Now())*time.Millisecond)
}

// askStay asks the store where a stay stands. A store that has lost the room takes it in, as with each renewal.
func (r *Room) askStay(c Stay) (Standing, error) {
	if possible := c.Validate() == nil; !possible {
		return Standing{State: StateSpent}, nil // the store would refuse the whole batch
	}
	if !r.up() {
		return Standing{}, ErrUnavailable
	}
	s, err := r.resumes.do(c)
	if err == nil {
		r.recent.answer(c.Visitor, r.Now(), s)
		if s.State == StateSpent {
			r.stays.forget(c.Visitor)
		}
	}
	return s, err
}
