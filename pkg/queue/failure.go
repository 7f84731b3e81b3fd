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
	rate   float64 // entries per ms of all gateways together
	share  float64 // of one
	burst  float64
	credit float64
	filled int64
	seats  int64 // admissions left below the bound inside, -1: no bound
	waited bool  // there was a line
	view   *View // the last one, for the line and the lanes
}

// begin starts from the last view and the newest document.
func (l *localPace) begin(now int64, v *View, d *Document) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := &v.Snapshot
	gateways := max(1, f.Gateways)
	factor := float64(f.Opening.Share) / 1000 * float64(f.Judgement.Factor) / 1000
	l.localState = localState{
		active: d.Pace.Mode == ModeRun, since: now, filled: now, view: v,
		rate: float64(d.Pace.Rate) / 60_000 * factor, waited: f.Waiting+f.Front+f.Asking > 0, seats: -1,
	}
	l.share = l.rate / float64(gateways)
	l.burst = max(1, float64(d.Pace.Burst)/float64(gateways))
	if d.Pace.MaxInside > 0 {
		l.seats = max(0, d.Pace.MaxInside-(f.Counted+999)/1000-f.Calls-f.Asking) / gateways
	}
}

func (l *localPace) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.localState = localState{}
}

// reached reports whether its lane, at the full pace of all gateways since the store went away, would have reached a place.
func (l *localPace) reached(now int64, p *Place) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.active {
		return false
	}
	return float64(l.view.before(p.Lane, p.Order)) < l.rate*l.view.share(p.Lane)*float64(now-l.since)
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

// calling reports whether the room, as far as it is known, lets people in now: its phase by the last snapshot, and by the
// steps of the plan that are due since. A draw waits for its seed, which only the store can bring.
func (r *Room) calling() bool {
	v := r.view.Load()
	if !v.Known {
		return true
	}
	f := &v.Snapshot
	phase := f.Opening.Phase
	for _, step := range v.plan {
		switch {
		case step.At > r.storeNow() || step.Rank <= f.Opening.Done[step.Opening].Rank:
		case phase == PhaseDrawing && step.Phase == PhaseOpen:
		case phase == PhaseLobby && step.Phase == PhaseOpen && step.Draw:
			phase = PhaseDrawing
		default:
			phase = step.Phase
		}
	}
	return phase == PhaseOpen || phase == PhaseThrough
}

// mayEnterWithoutStore reports whether a place could be let in while the store is away, not counting the pace.
func (r *Room) mayEnterWithoutStore(p *Place) bool {
	switch r.tune.Load().onFailure {
	case FailOpen:
		return r.calling()
	case FailLocal:
		return r.calling() && r.local.reached(r.localNow(), p)
	default:
		return false
	}
}

// arriveWithoutStore answers an arrival while the store is away; err is why.
func (r *Room) arriveWithoutStore(a *Arrival, err error) (Joined, error) {
	v := r.view.Load()
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
	if v.Snapshot.Document.Door.Closed || !r.calling() {
		return Joined{}, err
	}
	return Joined{Standing: r.localStay(a.Visitor, 0), Place: Place{Visitor: a.Visitor, Lane: a.Lane}}, nil
}

// claimWithoutStore answers a claim while the store is away.
func (r *Room) claimWithoutStore(p *Place) (Standing, error) {
	v := r.view.Load()
	if c, known := r.stays.stay(p.Visitor); known {
		// A copied ticket has the stay that there is, and no second one.
		return r.resumeWithoutStore(c)
	}
	known, answered := r.recent.last(p.Visitor)
	switch {
	case answered != 0 && usedUp(known):
		return known, nil
	case r.mayEnterWithoutStore(p) && r.takesWithoutStore():
		return r.localStay(p.Visitor, 0), nil
	case v.Known && v.lobby(p.Epoch, p.Number):
		return Standing{State: StateLobby}, nil
	case p.Order > v.Snapshot.Heads[p.Lane]:
		return Standing{State: StateWaiting}, nil
	}
	return Standing{State: StateFront}, nil
}

// usedUp reports whether a ticket has bought its stay or ended, as the store has said.
func usedUp(s Standing) bool {
	return s.State == StateSpent || s.State == StateInside || s.State == StateMissed && s.Reason == ReasonOver
}

// resumeWithoutStore answers somebody whose stay ran out while the store is away. Nobody waits for it in a line.
func (r *Room) resumeWithoutStore(c Stay) (Standing, error) {
	t := r.timing()
	now := r.Now()
	switch policy := r.tune.Load().onFailure; {
	case c.Started+t.Max.Milliseconds() <= now || c.At+(t.Idle+t.Resume).Milliseconds() <= now:
		return Standing{State: StateSpent, Reason: ReasonExpired}, nil
	case c.At+t.Idle.Milliseconds() > now, policy == FailOpen, policy == FailLocal && r.takesWithoutStore():
		return r.localStay(c.Visitor, c.Started), nil
	}
	return Standing{State: StateMissed, Reason: ReasonOver}, nil
}

// takesWithoutStore uses one admission, if there is one.
func (r *Room) takesWithoutStore() bool {
	return r.tune.Load().onFailure == FailOpen || r.down() && r.local.take(r.localNow())
}

// localStay begins a stay, or lets one go on that began at started, and queues it for the store, which would otherwise call the
// place once more.
func (r *Room) localStay(id VisitorID, started int64) Standing {
	now := r.Now()
	if started == 0 {
		started = now
	}
	c := Stay{Visitor: id, Started: started, At: now}
	r.stays.note(c, r.cfg.Visitors)
	r.outbox.stay(c)
	t := r.timing()
	until := min(now+t.Idle.Milliseconds(), started+t.Max.Milliseconds())
	return Standing{State: StateInside, Started: started, Until: until}
}
