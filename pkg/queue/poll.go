package queue

import (
	"time"
)

// A place at or before the head can be called at any moment, so each of its polls sends a heartbeat, whose answer says so.
const (
	frontBeat = 1000  // ms
	freshFor  = 10000 // ms, how long the store's answer about such a place stands
)

const (
	// firstPoll is when the page of a new place asks first at the latest: within Confirm, so that what was given is known to have come.
	firstPoll = 3 * time.Second
	// doorPoll is how often a page asks at the door, by Claim: within Confirm, so that it keeps its turn.
	doorPoll = 4 * time.Second
	// turnPoll is when a page asks again whose poll has just asked the store whether it is called: the answer comes with the next batch.
	turnPoll = 300 * time.Millisecond
	// touchEvery is how often requests of a stay are told, in ms.
	touchEvery = 5000
)

// Poll answers from the snapshot where a place stands, and counts as a heartbeat. It makes no store call. shown is the number
// of places ahead that the visitor was shown last, or -1; Poll never answers a higher one.
func (r *Room) Poll(p Place, shown int64) Answer { return r.look(&Beat{Place: p}, shown, true) }

// PollBeat is Poll for a place that may have used a code: the heartbeat says so, and a store that was lost knows the code again.
func (r *Room) PollBeat(b Beat, shown int64) Answer { return r.look(&b, shown, true) }

// Peek answers as Poll does, for a place that the store has just given: it sends no heartbeat, so that the first poll of the
// page does and confirms the place.
func (r *Room) Peek(p Place) Answer {
	if v := r.view.Load(); !v.Known || !v.lobby(p.Epoch, p.Number) { // a lobby is remembered nowhere
		r.recent.answer(p.Visitor, r.Now(), Standing{State: StateWaiting})
	}
	a := r.look(&Beat{Place: p}, -1, false)
	if a.State == StateWaiting {
		a.Next = min(a.Next, r.every(min(firstPoll, r.timing().Confirm/4)))
	}
	return a
}

// Glance answers as Poll does, for somebody else than the place's visitor: it is no heartbeat, and nothing is remembered of it. Where the head
// has passed the place it is StateUnknown: the store knows, see FindPlace.
func (r *Room) Glance(p Place) Answer { return r.look(&Beat{Place: p}, -1, false) }

// Newcomer answers as Glance does, for a place that would be given now: how long it waits behind all that are there.
func (r *Room) Newcomer(lane uint8) Answer {
	f := &r.view.Load().Snapshot
	p := Place{Visitor: VisitorID{1}, Epoch: f.Epoch, Number: f.Last + 1, Order: OrderOf(f.Epoch, f.Last+1), Lane: lane}
	return r.Glance(p)
}

// look answers Poll, Peek and Glance; beat: a heartbeat is sent if one is due.
func (r *Room) look(b *Beat, shown int64, beat bool) Answer {
	v, p := r.view.Load(), &b.Place
	a := v.answer(p, r.Now())
	if !p.Valid() {
		r.spent(&a, ReasonNone) // the store would refuse the whole batch
		return a
	}
	switch {
	case !v.Known:
		a.State, a.Ahead, a.Next, a.Guessed = StateWaiting, max(-1, shown), r.every(r.tune.Load().pollMax), true
		if v.Stale != 0 && r.mayEnterWithoutStore(p) {
			a.State = StateCalled
		}
	case v.lobby(p.Epoch, p.Number):
		if s, answered := r.recent.last(p.Visitor); answered != 0 && s.State == StateSpent {
			r.spent(&a, s.Reason)
			return a
		}
		r.doors.saw(v, p.Epoch, p.Number)
		r.inLobby(&a, v, p, shown)
	default:
		r.inLine(&a, v, b, shown, beat)
	}
	return a
}

// answer is what holds for every place.
func (v *View) answer(p *Place, now int64) Answer {
	a := Answer{Stale: v.Stale != 0, Number: p.Number, Ahead: -1, Before: -1}
	if !v.Known {
		return a
	}
	f := &v.Snapshot
	a.Number, a.Start, a.Drawn = v.Number(p), v.Start, v.drawnIn(p)
	a.Message, a.Messages = v.Message, v.Messages
	a.Phase, a.Opening, a.SoldOut = f.phase(), f.Opening.Name, f.Opening.SoldOut()
	a.Paused = f.Document.Pace.Mode == ModePause || f.asked() == 0
	a.BelowFloor, a.BehindDraw = p.Order <= f.Opening.Floor, f.behindDraw(p)
	a.Promises = v.Wait.Promises
	a.SiteDown = f.Judgement.Factor == 0
	a.Starting = v.Starting && !v.Rebuilding && now < f.Hold
	a.Holding = now < f.Hold && !a.Starting
	return a
}

// spent answers that the ticket is worth nothing any more.
func (r *Room) spent(a *Answer, why Reason) {
	a.State, a.Reason, a.Next = StateSpent, why, r.every(r.tune.Load().pollMin)
}

// inLine answers for a place that may be in the line, at the front, called or inside.
func (r *Room) inLine(a *Answer, v *View, b *Beat, shown int64, beat bool) {
	now, p := r.Now(), &b.Place
	known, answered := r.beat(b, now, beat)
	if answered != 0 && known.State == StateSpent {
		r.spent(a, known.Reason)
		return
	}
	passed := p.Order <= v.Snapshot.Heads[p.Lane]
	if !passed && p.Order <= v.Snapshot.Opening.Floor {
		r.spent(a, ReasonFloor) // it was never called: it ended in the line
		return
	}
	fresh := answered != 0 && now-answered < freshFor && known.State != StateWaiting
	switch {
	case fresh:
		a.State, a.Reason, a.Until = known.State, known.Reason, known.Until
	case !passed:
		a.State = StateWaiting
		first := a.count(v, p, shown)
		if v.Stale != 0 && r.mayEnterWithoutStore(p) {
			a.State = StateCalled
		}
		if !v.blind() {
			a.Before = v.unfinished(p.Lane, first)
		}
		r.estimate(a, v, p.Lane, first)
		return
	case v.Stale != 0:
		a.State, a.Guessed = StateFront, true
		if r.mayEnterWithoutStore(p) {
			a.State = StateCalled
		}
	}
	switch a.State {
	case StateFront:
		// Where it stands among those at the front is not known: it may be the first or the last.
		r.estimate(a, v, p.Lane, max(0, v.Snapshot.Front-1))
		a.Before = v.unfinished(p.Lane, max(0, v.Snapshot.Front-1))
		a.Low, a.Ahead, a.Next = 0, -1, r.every(r.tune.Load().pollMin)
	case StateFull:
		a.Next = r.every(min(doorPoll, r.timing().Confirm/3))
	case StateUnknown:
		a.Next = r.every(min(turnPoll, r.tune.Load().pollMin/2))
	default:
		a.Next = r.every(r.tune.Load().pollMin / 2)
	}
}

// before is how many places of a lane come before an order, not counting those at the front.
func (v *View) before(lane uint8, o Order) int64 {
	n, _ := v.Snapshot.Sketches[lane].Ahead(o)
	return n
}

// count sets the figures that are shown, and returns how many places are called first.
func (a *Answer) count(v *View, p *Place, shown int64) int64 {
	f := &v.Snapshot
	first, exact := f.Sketches[p.Lane].Ahead(p.Order)
	if start := max(v.atStart(p), v.behindLobby(p)); start > first {
		first, exact = start, false
	}
	a.StandsBy = a.SoldOut && first < f.Opening.Standby
	first += f.Front
	switch {
	case v.blind():
		// What is shown never rises: a figure too low would be shown for the rest of the wait.
		a.Ahead = max(-1, shown)
	case shown >= 0 && shown < first:
		a.Ahead, a.More = shown, min(f.Front, first-shown)
	default:
		a.Ahead, a.Exact = first, exact
	}
	return first
}

// beat sends a heartbeat if one is due, and says what the store answered last.
func (r *Room) beat(b *Beat, now int64, send bool) (Standing, int64) {
	if !send {
		return Standing{State: StateWaiting}, 0
	}
	p := &b.Place
	due, known, answered := r.recent.due(p.Visitor, now, r.beatEvery(p), frontBeat)
	if due && !r.outbox.beat(*b) {
		r.recent.unsent(p.Visitor)
		r.cfg.OnBeatsDropped(1)
	}
	return known, answered
}

// beatEvery is how often a place that waits is reported present, in ms.
func (r *Room) beatEvery(p *Place) int64 {
	if f := &r.view.Load().Snapshot; p.Order <= f.Heads[p.Lane] || p.Order <= f.Opening.Floor {
		return frontBeat
	}
	return r.timing().Absent.Milliseconds() / 4
}

// Away reports to the store that the visitor has closed the page.
func (r *Room) Away(p Place) { r.AwayBeat(Beat{Place: p}) }

// AwayBeat is Away for a place that may have used a code.
func (r *Room) AwayBeat(b Beat) {
	v, p := r.view.Load(), &b.Place
	if !p.Valid() || !v.Known || v.lobby(p.Epoch, p.Number) {
		return
	}
	r.recent.forget(p.Visitor)
	if b.Away = true; !r.outbox.beat(b) {
		r.cfg.OnBeatsDropped(1)
	}
}

// Touch notes a request with a pass. It makes no store call. started is when the stay began, in store milliseconds as the pass
// says, 0: it does not say. It answers false if the store has said that the ticket has ended for good.
func (r *Room) Touch(id VisitorID, started int64) bool { return r.touch(id, started, touchEvery) }

// Prolong is Touch for a request whose pass is extended. It always tells the request, so that the stay does not end in the store
// while its pass is valid.
func (r *Room) Prolong(id VisitorID, started int64) bool { return r.touch(id, started, 0) }

func (r *Room) touch(id VisitorID, started, every int64) bool {
	if r.EndedAll(id, started) {
		return false
	}
	now := r.Now()
	due, later, known, answered := r.recent.request(id, now, every)
	switch {
	case answered != 0 && known.State == StateSpent:
		return false
	case due:
		r.told(id, started, now)
	case later:
		r.trail(id, started, now)
	}
	return true
}

// told notes a request of a stay, here and for the store.
func (r *Room) told(id VisitorID, started, now int64) {
	if started <= 0 {
		started = now // the pass does not say
	}
	c := Stay{Visitor: id, Started: started, At: now}
	r.stays.note(c, r.cfg.Visitors)
	if !r.outbox.stay(c) {
		r.recent.unsent(id)
	}
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
	d = min(d, time.Duration(float64(r.timing().Window)*2/5/most))
	return time.Duration(float64(d) * (0.8 + (most-0.8)*r.share()))
}
