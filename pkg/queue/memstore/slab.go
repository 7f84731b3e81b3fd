package memstore

import "github.com/einlass/einlass/pkg/queue"

// set names the one set a visitor is in.
type set uint8

const (
	inNone set = iota
	inLine
	inFront
	inCalls
	inMissed
	inLapsed
	inSpent // bought a stay; inside or not
	inEnded // finished or given up
)

// record is everything known of one visitor, in 32 bytes.
type record struct {
	id queue.VisitorID
	// packed is the order (53 bits) and the set above it: two facts in one word keep a place under 100 bytes.
	packed uint64
	// at is seen (line, front), the deadline (calls) or the time to forget (missed, lapsed, spent, ended).
	at int64
}

const orderBits = 56

func (r *record) order() queue.Order { return queue.Order(r.packed & (1<<orderBits - 1)) }
func (r *record) set() set           { return set(r.packed >> orderBits) }

func (r *record) put(s set, o queue.Order, at int64) {
	r.packed, r.at = uint64(s)<<orderBits|uint64(o), at
}

// slab holds records in fixed chunks: growing never copies, and a visitor keeps its reference while known.
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
