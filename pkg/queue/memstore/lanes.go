package memstore

import "github.com/einlass/einlass/pkg/queue"

// looker looks for the next places to be called. It looks at each place once, and at MaxScan in all; what it looked at last
// and did not call stays the offer of its lane.
type looker struct {
	*room
	left   int
	offers [queue.Lanes]offer
}

type offer struct {
	ref  uint32
	made bool
}

// nextInFront is the first place in front that is present. The absent ones before it are passed over.
func (l *looker) nextInFront() (uint32, bool) {
	for ; l.left > 0; l.left-- {
		_, ref, ok := l.front.first()
		if !ok {
			return 0, false
		}
		if l.present(l.slab.at(ref).at) {
			l.left--
			return ref, true
		}
		l.move(ref, inMissed, l.now)
	}
	return 0, false
}

// nextInLanes is the offer of the lane whose turn it is by weight, as smooth weighted round robin has it. The head of that
// lane is raised.
func (l *looker) nextInLanes() (uint32, bool) {
	for lane := range queue.Lanes {
		if !l.offer(lane) {
			return 0, false
		}
	}
	best, sum := -1, int64(0)
	for lane := range l.offers {
		if !l.offers[lane].made {
			continue
		}
		l.Cur[lane] += l.Opening.Weights[lane]
		sum += l.Opening.Weights[lane]
		if best < 0 || l.Cur[lane] > l.Cur[best] {
			best = lane
		}
	}
	if best < 0 {
		return 0, false
	}
	l.Cur[best] -= sum
	l.offers[best].made = false
	ref := l.offers[best].ref
	l.raise(uint8(best), l.slab.at(ref).order())
	return ref, true
}

// offer finds the first place of a lane that is present, unless the lane offers one. Absent ones before it are passed
// over, and the head is raised. false: there are places that cannot be looked at any more.
func (l *looker) offer(lane int) bool {
	if l.offers[lane].made {
		return true
	}
	for {
		o, ref, ok := l.lines[lane].first()
		if !ok {
			return true
		}
		if l.left == 0 {
			return false
		}
		l.left--
		if l.present(l.slab.at(ref).at) {
			l.offers[lane] = offer{ref: ref, made: true}
			return true
		}
		l.move(ref, inMissed, l.now)
		l.raise(uint8(lane), queue.Order(o))
	}
}
