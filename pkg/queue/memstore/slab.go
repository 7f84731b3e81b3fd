package memstore

import "github.com/einlass/einlass/pkg/queue"

// set names the one set that a visitor is in; of asking and spent the first is meant.
type set uint8

const (
	inNone set = iota // known by again alone
	inLine
	inFront
	inCalls
	inAsking
	inMissed
	inLapsed
	inSpent // bought a stay
	inEnded
	sets
)

var setNames = [sets]string{"", "line", "front", "calls", "asking", "missed", "lapsed", "spent", "ended"}

func (s set) String() string { return setNames[s] }

// waits reports whether the set is ordered by the places' orders.
func (s set) waits() bool { return s == inLine || s == inFront }

// record is what is known of every visitor, in 32 bytes. What is known of few is kept beside it; see room.
type record struct {
	id queue.VisitorID
	// packed is the order (53 bits, 0: not known), the lane (3), the set (4) and the reason of an end (4): four facts in one
	// word keep a place under 100 bytes.
	packed uint64
	// at is seen of line and front (ms of the last heartbeat, 0 away, negative: given then and never heard of since), the first
	// time asked of asking, nothing of spent, and the time when it happened of the others.
	at int64
}

const (
	laneShift = 53
	setShift  = 56
	whyShift  = 60
)

func (r *record) order() queue.Order { return queue.Order(r.packed & (1<<laneShift - 1)) }
func (r *record) lane() uint8        { return uint8(r.packed>>laneShift) & (queue.Lanes - 1) }
func (r *record) set() set           { return set(r.packed>>setShift) & 15 }
func (r *record) why() queue.Reason  { return queue.Reason(r.packed >> whyShift) }

func (r *record) setPlace(o queue.Order, lane uint8) {
	r.packed = r.packed&^(1<<setShift-1) | uint64(o) | uint64(lane)<<laneShift
}

func (r *record) setSet(s set) { r.packed = r.packed&^(15<<setShift) | uint64(s)<<setShift }

func (r *record) setWhy(why queue.Reason) {
	r.packed = r.packed&(1<<whyShift-1) | uint64(why)<<whyShift
}

// slab holds records in fixed chunks: growing never copies, and a visitor keeps its reference while known. A free record
// has no id.
type slab struct {
	chunks [][]record
	free   []uint32
	used   uint32
}

const chunkBits = 12

func (s *slab) at(ref uint32) *record {
	return &s.chunks[ref>>chunkBits][ref&(1<<chunkBits-1)]
}

func (s *slab) take(id queue.VisitorID) uint32 {
	var ref uint32
	if n := len(s.free); n > 0 {
		ref = s.free[n-1]
		s.free = s.free[:n-1]
	} else {
		ref = s.used
		s.used++
		if int(ref>>chunkBits) == len(s.chunks) {
			s.chunks = append(s.chunks, make([]record, 1<<chunkBits))
		}
	}
	s.at(ref).id = id
	return ref
}

func (s *slab) give(ref uint32) {
	*s.at(ref) = record{}
	s.free = append(s.free, ref)
}
