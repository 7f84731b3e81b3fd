package queue

import (
	"math/rand/v2"
	"time"
)

// Answer is the answer to a poll.
type Answer struct {
	// State is StateWaiting, StateFront, StateCalled, StateMissed, StateInside or StateSpent. StateUnknown: the
	// head has passed this place, and the store has not said yet whether it was called. Ask again in Next, or Claim.
	State State
	// Ahead is how many places are called before this one, at the front and in the line, if waiting, -1: not known.
	// Exact says that it is a count. Otherwise it is an estimate within 1 %, or what was shown before, which never rises.
	Ahead int64
	Exact bool
	// More is how many places at the front are called first in addition to Ahead: they came back since.
	More int64
	// Low and High are an estimate of the time until the call; zero: there is none. Full says that there is none because
	// no place can be called until a visitor leaves the site.
	Low, High time.Duration
	Full      bool
	// Next is when to poll again.
	Next time.Duration
	// Until is the end of a call, in store milliseconds.
	Until int64
	// Paused, Holding and Stale say why no place is called now: the operator has paused the line or set a rate of 0; the line
	// was lost and is being rebuilt; the store is away and the answer is from the last snapshot.
	Paused, Holding, Stale bool
	// Message is the text that the operator has set.
	Message string
}

// A place at or before the head can be called at any moment, so each of its polls sends a heartbeat, whose answer says so.
const (
	frontBeat = 1000  // ms
	freshFor  = 10000 // ms, how long the store's answer about such a place stands
)

// Poll answers from the snapshot where a place stands, and counts as a heartbeat. It makes no store call. shown is the number
// of places ahead that the visitor was shown last, or -1; Poll never answers a higher one.
func (r *Room) Poll(p Place, shown int64) Answer {
	if !p.Valid() {
		return Answer{State: StateSpent, Next: r.every(r.tune.Load().pollMin)} // the store would refuse the whole batch
	}
	v := r.view.Load()
	now := r.Now()
	order := p.Order()
	a := Answer{
		Paused: v.Known && (v.Snapshot.Control.Mode == ModePause || v.Snapshot.Control.Pace.Rate == 0), Holding: now < v.Snapshot.Hold, Stale: v.Stale != 0,
		Message: v.Snapshot.Control.Message,
	}
	if order > v.Snapshot.Head || !v.Known {
		known, answered := r.beat(p, now, r.cfg.Timing.Absent.Milliseconds()/4)
		if answered != 0 && known.State == StateSpent {
			a.State, a.Next = StateSpent, r.every(r.tune.Load().pollMin)
			return a
		}
		a.State = StateWaiting
		first := a.count(v, order, shown)
		if v.Stale != 0 && r.mayEnterWithoutStore(order) {
			a.State = StateCalled
		}
		r.estimate(&a, v, first)
		return a
	}
	known, answered := r.beat(p, now, frontBeat)
	if answered != 0 && now-answered < freshFor && known.State != StateWaiting {
		a.State, a.Until = known.State, known.Until
	} else if v.Stale != 0 {
		a.State = StateFront
		if r.mayEnterWithoutStore(order) {
			a.State = StateCalled
		}
	}
	if a.State == StateFront {
		// Where it stands among those at the front is not known: it may be the first or the last.
		r.estimate(&a, v, max(0, v.Snapshot.Front-1))
		a.Low, a.Ahead, a.Next = 0, -1, r.every(r.tune.Load().pollMin)
		return a
	}
	a.Next = r.every(r.tune.Load().pollMin / 2)
	return a
}

// count sets the figures that are shown, and returns how many places are called first.
func (a *Answer) count(v *View, order Order, shown int64) int64 {
	first, exact := v.Snapshot.Sketch.Ahead(order)
	first += v.Snapshot.Front
	switch {
	case v.blind():
		// What is shown never rises: a figure too low would be shown for the rest of the wait.
		a.Ahead = max(-1, shown)
	case shown >= 0 && shown < first:
		a.Ahead, a.More = shown, min(v.Snapshot.Front, first-shown)
	default:
		a.Ahead, a.Exact = first, exact
	}
	return first
}

// Peek answers as Poll does, for a place that the store has just given: it sends no heartbeat.
func (r *Room) Peek(p Place) Answer {
	r.recent.answer(p.Visitor, r.Now(), Standing{State: StateWaiting})
	return r.Poll(p, -1)
}

func (r *Room) beat(p Place, now, every int64) (Standing, int64) {
	due, known, answered := r.recent.due(p.Visitor, now, every)
	if due && !r.outbox.beat(Beat{Place: p}) {
		r.recent.unsent(p.Visitor)
		r.cfg.OnBeatsDropped(1)
	}
	return known, answered
}

// Away reports to the store that the visitor has closed the page.
func (r *Room) Away(p Place) {
	if !p.Valid() {
		return
	}
	r.recent.forget(p.Visitor)
	if !r.outbox.beat(Beat{Place: p, Away: true}) {
		r.cfg.OnBeatsDropped(1)
	}
}

// Touch notes a request with a pass. It makes no store call. limit is the latest end of the stay in store milliseconds,
// 0: none. It answers false if the store has said that the ticket has ended for good.
func (r *Room) Touch(id VisitorID, limit int64) bool {
	return r.touch(id, limit, min(r.cfg.Timing.Idle.Milliseconds()/4, 15_000))
}

// Prolong is Touch for a request whose pass is extended. It always sends a renewal, so that the stay does not end in the store
// while its pass is valid.
func (r *Room) Prolong(id VisitorID, limit int64) bool { return r.touch(id, limit, 0) }

func (r *Room) touch(id VisitorID, limit, every int64) bool {
	now := r.Now()
	due, known, answered := r.recent.due(id, now, every)
	if answered != 0 && known.State == StateSpent {
		return false
	}
	if due {
		r.inside(id, limit)
		if !r.outbox.stay(renewal{Stay{Visitor: id, Cap: limit}, now}) {
			r.recent.unsent(id)
		}
	}
	return true
}

// pollInterval is the poll interval of a page with so many places ahead: a tenth of the time until its turn, so that no page
// misses the turn, and pages far from it poll rarely.
func (r *Room) pollInterval(ahead int64, perSecond float64) time.Duration {
	if perSecond <= 0 {
		return r.every(r.tune.Load().pollMax)
	}
	return r.within(time.Duration(min(float64(ahead)/perSecond/10, 3600) * float64(time.Second)))
}

// within is an interval inside the bounds of the configuration.
func (r *Room) within(d time.Duration) time.Duration {
	t := r.tune.Load()
	return r.every(min(max(d, t.pollMin), t.pollMax))
}

// every spreads an interval by ±20 %, so that pages that came at once do not poll at once. However long the interval is set, a
// page polls twice within the claim window: the first poll sends the heartbeat, the second gets its answer, and a fifth of
// the window is left for the network and for late timers of browsers.
func (r *Room) every(d time.Duration) time.Duration {
	const most = 1.2
	d = min(d, time.Duration(float64(r.cfg.Timing.ClaimWindow)*2/5/most))
	return time.Duration(float64(d) * (0.8 + (most-0.8)*rand.Float64()))
}
