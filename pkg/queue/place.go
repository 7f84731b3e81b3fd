package queue

import "time"

// VisitorID names one visitor: 128 random bits, never derived from data about the person.
type VisitorID [16]byte

// Code names a code of the door, or a reference of an outcome: 16 bytes, zero: none.
type Code [16]byte

// Order is a place's rank in the room's total order, over all epochs and draws: a smaller order is called earlier. It fits in the
// 53 bits that a Redis score holds exactly.
type Order uint64

const (
	// MaxOrder is the largest order (2^53-1, exact in an IEEE 754 double).
	MaxOrder Order = 1<<53 - 1
	// numberBits is how far epochs are apart in the order that numbers have by themselves.
	numberBits = 22
	// MaxNumber is the highest number that a place may have.
	MaxNumber = 1<<51 - 1
	// MaxCarried is the highest number that a later epoch goes on counting from: a trillion, more than any line gives.
	MaxCarried = 1 << 40
)

// Bounds of epochs, which end at 2³¹ (in 2094), as orders do at 2⁵³. The epoch that follows what is known is at most
// MaxCarried/2²² + epochStride later. So the distance from each bound to the next, 2²⁸ epochs, lasts for more than a thousand
// of them in a row.
const (
	// believedEpochs are those that a watermark can tell of (until 2077), see Watermark.Believed.
	believedEpochs = 3 << 29
	// ticketEpochs are those that a ticket can be of (until 2085).
	ticketEpochs = 7 << 28
)

// Carried is the number that a later epoch goes on counting from where n may have been given: n, or 0 above MaxCarried. The
// later epoch keeps the places apart, not the number; a number that a fault has multiplied would use up the epochs.
func Carried(n uint64) uint64 {
	if n > MaxCarried {
		return 0
	}
	return n
}

// Place is a position in the line as a ticket proves it. Order is the rank. Epoch and Number name the ticket; no store
// derives one from another, because the order of a place that was drawn follows from neither, and numbers may pass 2²².
type Place struct {
	Visitor       VisitorID
	Epoch, Number uint64
	Order         Order
	// Lane is 0 to Lanes-1.
	Lane uint8
}

// Valid reports whether the place could have been given.
func (p *Place) Valid() bool {
	return p.Visitor != VisitorID{} && p.Epoch > 0 && p.Epoch < ticketEpochs && p.Number > 0 && p.Number <= MaxNumber &&
		p.Order > 0 && p.Order < OrderOf(ticketEpochs, 0) && p.Lane < Lanes
}

// OrderOf is the order that a number has by itself, outside any draw: epoch·2²² + number.
func OrderOf(epoch, number uint64) Order { return Order(epoch<<numberBits + number) }

// epochZero is the start of epoch counting. 31 bits of seconds reach into 2094.
var epochZero = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// EpochAt is the smallest epoch that a line begun at ms (milliseconds since 1970) may have.
func EpochAt(ms int64) uint64 { return uint64(max(1, (ms-epochZero.UnixMilli())/1000)) }

// epochStride keeps apart the epochs that lines begin while they are ahead of the clock (because a clock was once wrong, or by
// numbers above 2²²): two that begin in different seconds differ, modulo about 68 minutes.
const epochStride = 1 << 12

// NextEpoch is the epoch for a line that follows everything given so far: later than prev and than the highest order that can
// have been given. It is the clock's epoch, or the first after it by whole strides that is late enough: where it followed
// prev, two stores that come from one backup would begin the same epoch when they learn of the same later ticket.
func NextEpoch(ms int64, prev uint64, highest Order) uint64 {
	return EpochFrom(EpochAt(ms), max(prev, uint64(highest>>numberBits))+1)
}

// EpochFrom is epoch if it is at least least, or the first after it by whole strides that is.
func EpochFrom(epoch, least uint64) uint64 {
	if least > epoch {
		epoch += (least - epoch + epochStride - 1) / epochStride * epochStride
	}
	return epoch
}

// Arrival is one visitor that asks for a number.
type Arrival struct {
	Visitor VisitorID
	Lane    uint8
	// Code, if not zero, is used by this arrival; at most Uses (1 to 16) visitors may use it.
	Code Code
	Uses uint8
}

// Beat is one heartbeat.
type Beat struct {
	Place Place
	// Away: the visitor has closed the page.
	Away bool
	// Code and Uses are those of the ticket, so that a code is known again after a loss.
	Code Code
	Uses uint8
}

// Stay is one stay to be renewed. The caller has verified its pass.
type Stay struct {
	Visitor VisitorID
	// Started is when it began and At when the request was made that is told, both in store milliseconds.
	Started, At int64
}

// OutcomeKind is what became of a stay, or of the site's stock.
type OutcomeKind uint8

const (
	// Finished: the stay is over.
	Finished OutcomeKind = iota
	// Booked: Count of what the site offers were taken. Freed: they were given back.
	Booked
	Freed
	// Total: an operator says that Count are taken in all.
	Total
	outcomeKinds
)

// Outcome is one thing that the site, or an operator, reports.
type Outcome struct {
	Kind    OutcomeKind
	Visitor VisitorID
	// Count is 0 to MaxInsideLimit.
	Count int64
	// Ref names a booking, so that it counts once: a hash of the site's own reference, else of visitor, gateway and sequence.
	Ref Code
}

// Books reports whether it says something of what is booked, and does not only end a stay.
func (o Outcome) Books() bool { return o.Kind != Finished }

// Standing is a store's answer about one visitor.
type Standing struct {
	State  State
	Reason Reason
	// Until is the end of a call or stay in store milliseconds, Started the beginning of a stay; 0 in other states.
	Until, Started int64
}
