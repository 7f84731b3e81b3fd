package queue

import "sync"

// localPace is a gateway's own share of the pace while the store is away (FailLocal). It is kept in this process alone;
// local admissions are sent to the store when it returns. A process that has never seen the room has no share: it
// knows neither the number of gateways, nor the line, nor how many are inside.
type localPace struct {
	mu sync.Mutex
	localState
}

type localState struct {
	active bool
	since  int64   // ms
	rate   float64 // calls per ms of all gateways together
	share  float64 // of one
	burst  float64
	credit float64
	filled int64
	seats  int64 // admissions left below the bound inside, -1: no bound
	waited bool  // there was a line
	sketch *Sketch
}

// begin starts from the last snapshot.
func (l *localPace) begin(now int64, f *Snapshot, c Control) {
	l.mu.Lock()
	defer l.mu.Unlock()
	gateways := max(1, f.Gateways)
	l.localState = localState{
		active: c.Mode == ModeRun, since: now, filled: now, sketch: &f.Sketch,
		rate: float64(c.Pace.Rate) / Units, waited: f.Waiting+f.Front > 0, seats: -1,
	}
	l.share = l.rate / float64(gateways)
	l.burst = max(1, float64(c.Pace.Burst)/float64(gateways))
	if c.Pace.MaxInside > 0 {
		l.seats = max(0, c.Pace.MaxInside-f.Inside-f.Calls) / gateways
	}
}

func (l *localPace) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.localState = localState{}
}

// reached reports whether the line, at the full pace of all gateways since the store went away, would have reached o.
func (l *localPace) reached(now int64, o Order) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.active || l.sketch == nil {
		return false
	}
	ahead, _ := l.sketch.Ahead(o)
	return float64(ahead) < l.rate*float64(now-l.since)
}

// take uses one admission of this gateway's share if there is one.
func (l *localPace) take(now int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.active || l.seats == 0 {
		return false
	}
	l.credit = min(l.burst, l.credit+l.share*float64(max(0, now-l.filled)))
	l.filled = now
	if l.credit < 1 {
		return false
	}
	l.credit--
	if l.seats > 0 {
		l.seats--
	}
	return true
}

// mayEnterWithoutStore reports whether a place could be let in while the store is away, not counting the pace.
func (r *Room) mayEnterWithoutStore(o Order) bool {
	switch r.tune.Load().onFailure {
	case FailOpen:
		return true
	case FailLocal:
		return r.local.reached(r.localNow(), o)
	default:
		return false
	}
}

// arriveWithoutStore answers an arrival while the store is away; err is why.
func (r *Room) arriveWithoutStore(err error) (Joined, error) {
	switch r.tune.Load().onFailure {
	case FailOpen:
	case FailLocal:
		// Places with a number go first; arrivals have none.
		if !r.down() || r.local.waited || !r.local.take(r.localNow()) {
			return Joined{}, err
		}
	default:
		return Joined{}, err
	}
	id := r.newVisitor()
	return Joined{Standing: r.localStay(id), Place: Place{Visitor: id}}, nil
}

// claimWithoutStore answers a claim while the store is away.
func (r *Room) claimWithoutStore(p Place) (Standing, error) {
	policy := r.tune.Load().onFailure
	switch {
	case policy == FailOpen:
	case policy == FailLocal && r.down() && r.local.reached(r.localNow(), p.Order()) && r.local.take(r.localNow()):
	case p.Order() > r.view.Load().Snapshot.Head:
		return Standing{State: StateWaiting}, nil
	default:
		return Standing{State: StateFront}, nil
	}
	return r.localStay(p.Visitor), nil
}

// localStay begins a stay and queues it for the store, which would otherwise call the place once more.
func (r *Room) localStay(id VisitorID) Standing {
	now := r.Now()
	r.inside(id, 0)
	r.outbox.stay(renewal{Stay{Visitor: id}, now})
	return Standing{State: StateInside, Until: now + r.cfg.Timing.Idle.Milliseconds()}
}
