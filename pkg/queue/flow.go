package queue

import "math"

// Flow is how fast the line moved, by the snapshots. It counts places that leave the line ahead of others, not calls: an absent
// place is passed over and costs no call.
type Flow struct {
	// Yield is how many places leave the line for each call that the rate allows. A change of the rate does not change it.
	Yield float64
	// Full: no place can be called until a visitor leaves the site, whatever the rate is.
	Full bool
	// PerSecond is how many places leave the line a second while the room is full; meaningless unless Measured. A room in
	// which no place moves, or which has been full for too short a time, is not measured.
	PerSecond float64
	Measured  bool
	// Leaving is the part of the places that give up, a second.
	Leaving float64
}

// flow measures the Flow from one snapshot to the next. The zero value has no snapshot yet.
type flow struct {
	prev            Snapshot
	known           bool
	yield           float64 // known at the beginning
	passed, allowed float64 // while the rate decides, with forgetting
	left, waited    float64 // places that gave up, and seconds that places waited, with forgetting
	full            fullFlow
}

const (
	yieldMemory = 180.0  // s, after which a measurement has a third of its weight
	yieldPrior  = 30.0   // s, the weight of what was known at the beginning
	leaveMemory = 600.0  // s, as yieldMemory
	leavePrior  = 10_000 // places × s, the weight of what was known at the beginning
	longestStep = 10_000 // ms between two snapshots; a longer gap is not measured
	longestRun  = 10     // places that one call may count for: a group that leaves together does not tell how many places behind it will leave
)

// begin sets what is assumed before anything is measured: how many places a call takes, and the part that gives up a second.
func (f *flow) begin(yield, leaving float64) {
	f.yield, f.left, f.waited = yield, leaving*leavePrior, leavePrior
}

// add takes the next snapshot and returns the flow up to it.
func (f *flow) add(now Snapshot) Flow {
	if f.known && follows(&f.prev, &now) {
		f.between(&f.prev, &now)
	}
	f.prev, f.known = now, true
	return f.answer(&now)
}

// follows reports whether the flow between two snapshots can be computed from them.
func follows(a, b *Snapshot) bool {
	for lane, head := range b.Heads {
		if head < a.Heads[lane] {
			return false
		}
	}
	return b.Epoch == a.Epoch && b.Called >= a.Called && b.Now >= a.Now && b.Now-a.Now <= longestStep
}

// moves reports whether the room calls places when it has any.
func moves(f *Snapshot) bool {
	return f.Document.Pace.Mode == ModeRun && f.rate() > 0 && f.Opening.Phase == PhaseOpen
}

// moving reports whether the room calls places, and has places to call.
func moving(f *Snapshot) bool { return moves(f) && f.Now >= f.Hold && f.Waiting+f.Front > 0 }

// crowded reports whether there is less than one seat that neither what is inside nor what is called will take.
func crowded(f *Snapshot) bool {
	most := f.Document.Pace.MaxInside
	return most > 0 && f.Counted+f.CallChance*f.Calls+1000*f.Asking > 1000*(most-1)
}

func (f *flow) between(a, b *Snapshot) {
	if !moving(a) {
		f.full = fullFlow{}
		return
	}
	f.leave(a, b)
	passed := float64(gone(a, b))
	f.full.add(a, b, passed)
	if f.full.since != 0 {
		return
	}
	rate, seconds := a.asked(), float64(b.Now-a.Now)/1000
	if f.allowed == 0 {
		f.allowed, f.passed = rate*yieldPrior, f.yield*rate*yieldPrior
	}
	keep := math.Exp(-seconds / yieldMemory)
	f.allowed, f.passed = f.allowed*keep+rate*seconds, f.passed*keep+passed
}

// leave notes how many gave up between two snapshots.
func (f *flow) leave(a, b *Snapshot) {
	seconds := float64(b.Now-a.Now) / 1000
	keep := math.Exp(-seconds / leaveMemory)
	f.left = f.left*keep + float64(max(0, b.Left-a.Left))
	f.waited = f.waited*keep + seconds*float64(a.Waiting)
}

// gone is how many places left the line ahead of those that still wait. If a head has moved, the front was empty, and all places
// of its lane up to the new head have left: called, absent or given up.
func gone(a, b *Snapshot) int64 {
	called := b.Called - a.Called
	passed := a.Front - b.Front
	for lane, head := range b.Heads {
		if head > a.Heads[lane] {
			ranks, _ := a.Sketches[lane].Ahead(head + 1)
			passed = max(passed, a.Front) + ranks
		}
	}
	return min(max(called, passed), longestRun*max(1, called))
}

// measured is the part of the flow that another process can begin with.
func (f *flow) measured() Flow {
	out := Flow{Yield: f.yield, Leaving: f.left / f.waited}
	if f.allowed > 0 {
		out.Yield = f.passed / f.allowed
	}
	return out
}

func (f *flow) answer(now *Snapshot) Flow {
	out := f.measured()
	out.Full = f.full.since != 0 || crowded(now)
	out.PerSecond, out.Measured = f.full.rate(now.Now, float64(now.Document.Pace.MaxInside))
	return out
}

// fullFlow measures places a second while a room is full. Places are then called as visitors leave the site, at a rate that
// no setting gives, so it looks back for as long as a steady figure needs.
type fullFlow struct {
	since int64 // ms of the first snapshot, 0: not full
	last  int64 // of the last snapshot that was full
	moved int64 // when a place left last
	total float64
	n     int
	at    [240]int64 // one sample each five seconds
	sum   [240]float64
}

const (
	fullSpan  = 60_000 // ms, the shortest measurement, and after how long without a call a room is not measured
	fullStep  = 5_000
	fullRests = 30_000 // ms, a room that was not full for so long is not full: the rate decides again
	fullLeast = 20     // places; and half of those inside, as visitors that came in together leave together, or as many as in fullLong
	fullLong  = 600_000
	fullMost  = 60 // places, or all of those inside: then the figure is steady enough
)

func (m *fullFlow) add(a, b *Snapshot, passed float64) {
	now := b.Now
	switch {
	case b.Document.Pace.MaxInside != a.Document.Pace.MaxInside: // the measurement is of another bound
		*m = fullFlow{}
		return
	case crowded(b) && m.since == 0:
		*m = fullFlow{since: now, last: now, moved: now}
	case crowded(b):
		m.last = now
	case m.since == 0:
		return
	case now-m.last > fullRests:
		*m = fullFlow{}
		return
	}
	if now > m.since && passed > 0 {
		if m.stood(now) {
			*m = fullFlow{since: now, last: m.last}
			passed = 0
		}
		m.total += passed
		m.moved = now
	}
	if m.n == 0 || now-m.at[(m.n-1)%len(m.at)] >= fullStep {
		m.at[m.n%len(m.at)], m.sum[m.n%len(m.at)] = now, m.total
		m.n++
	}
}

// stood reports whether the line stood still for so long that earlier samples no longer tell how it moves.
func (m *fullFlow) stood(now int64) bool {
	gap := float64(now - m.moved)
	return gap >= fullSpan && gap*m.total >= 8*float64(m.moved-m.since)
}

// rate is places a second, false while it is not known.
func (m *fullFlow) rate(now int64, inside float64) (float64, bool) {
	if m.since == 0 || now-m.since < fullSpan || now-m.moved >= fullSpan {
		return 0, false
	}
	for i := m.n - 1; i >= max(0, m.n-len(m.at)); i-- {
		at, passed := m.at[i%len(m.at)], m.total-m.sum[i%len(m.at)]
		if now-at >= fullSpan && passed >= max(fullMost, inside) {
			return passed * 1000 / float64(now-at), true
		}
	}
	first := max(0, m.n-len(m.at)) % len(m.at)
	passed := m.total - m.sum[first]
	span := now - m.at[first]
	return passed * 1000 / float64(span), passed >= fullLeast && (passed >= inside/2 || span >= fullLong)
}
