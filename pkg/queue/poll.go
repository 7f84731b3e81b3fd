package queue

import (
	"math/rand/v2"
	"time"
)

// Answer is what a poll learns.
type Answer struct {
	// State is StateWaiting, StateFront, StateCalled, StateMissed, StateInside or StateSpent. StateVoid: not known
	// yet, ask again in Next.
	State State
	// Ahead is how many places are called before this one, if waiting, -1: not known; Exact whether that is a count or
	// an estimate within 1 %.
	Ahead int64
	Exact bool
	// Low and High bound the time until the call as well as it can be told; zero: it cannot.
	Low, High time.Duration
	// Next is when to poll again.
	Next time.Duration
	// Until is the end of a call, in store milliseconds.
	Until int64
	// Paused, Holding and Stale say why nobody may be called now: by the operator, after a loss, or because the
	// store is away and this is the last that was known.
	Paused, Holding, Stale bool
	// Message is the operator's.
	Message string
}

// Heartbeats of places at or before the head carry news both ways, so they are sent with every poll.
const (
	frontBeat = 1000  // ms
	freshFor  = 10000 // ms, how long the store's answer about such a place stands
)

// Poll answers from the frame what a ticket's holder wants to know, and counts as a heartbeat. It makes no store
// call. shown is the last number of places ahead that this visitor was shown, or -1: never a higher one is
// answered.
func (r *Room) Poll(p Place, shown int64) Answer {
	if !p.Valid() {
		return Answer{State: StateSpent, Next: r.jitter(r.cfg.PollMin)} // the store would refuse the whole batch
	}
	v := r.view.Load()
	now := r.Now()
	order := p.Order()
	a := Answer{
		Paused: v.Frame.Control.Mode == ModePause, Holding: now < v.Frame.Hold, Stale: v.Stale != 0,
		Message: v.Frame.Control.Message,
	}
	if order > v.Frame.Head || !v.Known {
		known, answered := r.beat(p, now, r.cfg.Timing.Absent.Milliseconds()/4)
		if answered != 0 && known.State == StateSpent {
			a.State, a.Next = StateSpent, r.jitter(r.cfg.PollMin)
			return a
		}
		a.State = StateWaiting
		a.Ahead, a.Exact = v.Frame.Sketch.Ahead(order)
		if v.blind() {
			// What is shown never rises: a figure too low would be shown for the rest of the wait.
			a.Ahead, a.Exact = max(-1, shown), false
		} else if shown >= 0 && shown < a.Ahead {
			a.Ahead = shown
		}
		if v.Stale != 0 && r.mayEnterWithoutStore(order) {
			a.State = StateCalled
		}
		r.estimate(&a, v)
		return a
	}
	known, answered := r.beat(p, now, frontBeat)
	if answered != 0 && now-answered < freshFor {
		a.State, a.Until = known.State, known.Until
	} else if v.Stale != 0 {
		a.State = StateFront
		if r.mayEnterWithoutStore(order) {
			a.State = StateCalled
		}
	}
	a.Next = r.jitter(r.cfg.PollMin / 2)
	if a.State == StateFront || a.State == StateWaiting {
		a.State = StateFront
		a.Next = r.jitter(r.cfg.PollMin)
	}
	return a
}

// Peek answers as Poll does for a place that the store has just given: there is nothing to tell the store.
func (r *Room) Peek(p Place) Answer {
	r.recent.answer(p.Visitor, r.Now(), Standing{State: StateWaiting})
	return r.Poll(p, -1)
}

func (r *Room) beat(p Place, now, every int64) (Standing, int64) {
	due, known, answered := r.recent.due(p.Visitor, now, every)
	if due && !r.outbox.beat(Beat{Place: p}) {
		r.recent.unsent(p.Visitor)
	}
	return known, answered
}

// Away notes that the visitor closed the page.
func (r *Room) Away(p Place) {
	if !p.Valid() {
		return
	}
	r.recent.forget(p.Visitor)
	r.outbox.beat(Beat{Place: p, Away: true})
}

// Touch notes a request with a pass. It makes no store call. limit is the latest end of the stay in store
// milliseconds, 0: none. False: the store has said that this stay is over for good.
func (r *Room) Touch(id VisitorID, limit int64) bool {
	return r.touch(id, limit, min(r.cfg.Timing.Idle.Milliseconds()/4, 15_000))
}

// Prolong is Touch for a request whose pass is extended: the store is told of this very one, so that it does not take
// a stay for over while its pass is valid.
func (r *Room) Prolong(id VisitorID, limit int64) bool { return r.touch(id, limit, 0) }

func (r *Room) touch(id VisitorID, limit, every int64) bool {
	now := r.Now()
	due, known, answered := r.recent.due(id, now, every)
	if answered != 0 && known.State == StateSpent {
		return false
	}
	if due {
		r.inside(id, limit)
		if !r.outbox.stay(click{Stay{Visitor: id, Cap: limit}, now}) {
			r.recent.unsent(id)
		}
	}
	return true
}

// pollInterval is how long somebody with so many places ahead may wait before asking again: a tenth of the time
// until the turn, so nobody misses it and a crowd far from it asks rarely.
func (r *Room) pollInterval(ahead int64, perSecond float64) time.Duration {
	next := r.cfg.PollMax
	if perSecond > 0 {
		next = time.Duration(min(float64(ahead)/perSecond/10, 3600) * float64(time.Second))
	}
	return r.jitter(min(max(next, r.cfg.PollMin), r.cfg.PollMax))
}

// jitter spreads d by ±20 %, so that a crowd that came at once does not ask at once.
func (r *Room) jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}
