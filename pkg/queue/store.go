package queue

import "context"

// Limits of one call. They bound every loop in a store.
const (
	// MaxBatch is the most entries of a batch, of which there is at least one.
	MaxBatch = 512
	// MaxCalls is the most places that one Advance calls.
	MaxCalls = 1000
	// MaxScan is the most entries of each kind that one Advance looks at.
	MaxScan = 4096
	// MaxDue is the most steps of the plan that one Advance applies.
	MaxDue = 16
	// MaxUses is the most visitors that may use one code.
	MaxUses = 16
)

// Units is what one entry costs, in units of the token buckets: Rate entries a minute are Rate·e units a millisecond, where e
// is the share of the pace in force in permille.
const Units = 60_000_000

// Format is the newest format of a room that this release reads. A room has the format that its document needs.
const Format = 2

// Joined is the answer to one arrival.
type Joined struct {
	Standing
	Place Place
}

// JoinReply answers Join.
type JoinReply struct {
	Now    int64 // store milliseconds
	Places []Joined
}

// KeepReply answers Keep, Claim and Renew.
type KeepReply struct {
	Now       int64
	Standings []Standing
}

// Sample is what a gateway saw of a site's health in one tick: the store keeps it as it is.
type Sample struct {
	Tick int64
	Blob string
}

// Verdict is the judgement of a site's health: the pace is multiplied by Factor, in permille. Blob is what the next
// judgement needs; the store keeps it as it is.
type Verdict struct {
	Tick   int64
	Factor int64 // 0 to 1000
	Blob   string
}

// Watermark is what a gateway remembers of a room, so that a lost store can be rebuilt. The zero value remembers nothing.
type Watermark struct {
	// Gateway names the process; stores count the names that they have seen lately. An empty name is not counted.
	Gateway     string
	Epoch, Last uint64
	// Heads and HeadNumbers are the highest order called or passed over in each lane, and its number.
	Heads       [Lanes]Order
	HeadNumbers [Lanes]uint64
	// Ceiling is at least the highest number that can have been given. At least Last.
	Ceiling  uint64
	Document Document
	Opening  Opening
	Curves   [Curves]Curve
}

// Found is one visitor as Find sees it.
type Found struct {
	Visitor VisitorID
	Set     string
	Standing
	// At is the time that the set holds of it.
	At int64
}

// Act is what an operator, or a hand-over, does with one visitor.
type Act uint8

const (
	// ActFront puts a place to the front, and forgets that a call of it lapsed.
	ActFront Act = iota
	// ActRemove gives a place up, ActEnd ends a stay; ActEnd of the zero visitor ends all stays.
	ActRemove
	ActEnd
	// ActHand lets whatever the visitor is in go on under another id.
	ActHand
	acts
)

// Move is one act; it takes effect once for each Ref.
type Move struct {
	Act     Act
	Visitor VisitorID
	Ref     Code
	// To is the other id of ActHand.
	To VisitorID
}

// Moved answers Move: where the visitor stands, and how many stays are left to be ended.
type Moved struct {
	Standing
	Left int64
}

// Store keeps the line of one room. Every verb is one atomic step, is safe for concurrent use by any number of gateways,
// and may be repeated after ErrUnavailable without harm. A batch is handled in order, and answered in the order of its entries.
type Store interface {
	// Join numbers new arrivals.
	Join(ctx context.Context, arrivals []Arrival) (JoinReply, error)
	// Keep takes heartbeats. mapping is how many draws the caller knows the seed of: more than the room does is ErrLost.
	Keep(ctx context.Context, mapping uint64, beats []Beat) (KeepReply, error)
	// Claim turns calls into stays, or says where the place stands. mapping as for Keep.
	Claim(ctx context.Context, mapping uint64, places []Place) (KeepReply, error)
	// Renew extends stays.
	Renew(ctx context.Context, stays []Stay) (KeepReply, error)
	// Report takes outcomes, those of one answer of the site in order.
	Report(ctx context.Context, outcomes []Outcome) error
	// Leave gives places and stays up.
	Leave(ctx context.Context, ids []VisitorID) error
	// Find is the visitor with an order. ErrUnknown: there is none.
	Find(ctx context.Context, o Order) (Found, error)
	// Move does one act. ErrUnknown: there is nobody to be put to the front or handed over. StateTaken: To is somebody's.
	Move(ctx context.Context, m Move) (Moved, error)
	// Advance applies due steps of the plan, calls as many places as the allowance, and answers the snapshot.
	Advance(ctx context.Context, m Watermark, s Sample, v Verdict) (Snapshot, error)
	// Settle replaces the document if its Version is the stored one, else ErrConflict with the stored one.
	Settle(ctx context.Context, d Document) (Document, error)
	// Reveal puts the seed of a draw in force, once, and answers the one in force. A zero seed: the draw has failed, and the
	// order of arrival stands. ErrUnknown: no such draw.
	Reveal(ctx context.Context, opening string, seed [32]byte) ([32]byte, error)
	// Snapshot reads.
	Snapshot(ctx context.Context) (Snapshot, error)
	// Restore makes a room, or raises one to what a gateway remembers.
	Restore(ctx context.Context, m Watermark) error
	// Close releases what the store holds. Verbs answer ErrClosed afterwards.
	Close() error
}
