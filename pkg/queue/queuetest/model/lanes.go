package model

import (
	"github.com/einlass/einlass/pkg/queue"
)

// looker looks for the next places to be called. It looks at each place once, and at MaxScan in all; what it looked at last
// and did not call stays the offer of its lane.
type looker struct {
	*room
	left   int
	offers [queue.Lanes]queue.VisitorID // zero: none
}

// nextInFront is the first place in front that is present. The absent ones before it are passed over.
func (l *looker) nextInFront() (id queue.VisitorID, ok bool) {
	for _, id := range byOrder(l.front) {
		if l.left == 0 {
			return queue.VisitorID{}, false
		}
		l.left--
		if l.present(l.front[id]) {
			return id, true
		}
		l.passBy(id)
	}
	return queue.VisitorID{}, false
}

// passBy passes over an absent place.
func (l *looker) passBy(id queue.VisitorID) {
	l.takeOut(id)
	l.missed[id] = l.now
}

// nextInLanes is the offer of the lane whose turn it is by weight. The head of that lane is raised.
func (l *looker) nextInLanes() (id queue.VisitorID, ok bool) {
	for lane := range queue.Lanes {
		if !l.offer(lane) {
			return queue.VisitorID{}, false
		}
	}
	weights, best, sum := l.opening.Weights, -1, int64(0)
	for lane, offer := range l.offers {
		if offer == (queue.VisitorID{}) {
			continue
		}
		l.cur[lane] += weights[lane]
		sum += weights[lane]
		if best < 0 || l.cur[lane] > l.cur[best] {
			best = lane
		}
	}
	if best < 0 {
		return queue.VisitorID{}, false
	}
	l.cur[best] -= sum
	id = l.offers[best]
	l.offers[best] = queue.VisitorID{}
	l.raise(uint8(best), l.line[id].order)
	return id, true
}

// offer finds the first place of a lane that is present, unless the lane offers one. Absent ones before it are passed
// over, and the head is raised. false: there are places that cannot be looked at any more.
func (l *looker) offer(lane int) bool {
	if l.offers[lane] != (queue.VisitorID{}) {
		return true
	}
	for _, id := range byOrder(l.inLane(lane)) {
		if l.left == 0 {
			return false
		}
		l.left--
		if w := l.line[id]; !l.present(w) {
			l.passBy(id)
			l.raise(uint8(lane), w.order)
			continue
		}
		l.offers[lane] = id
		return true
	}
	return true
}
