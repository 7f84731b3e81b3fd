package queue

// Snapshot is a picture of a room at one moment. It is immutable once handed out.
type Snapshot struct {
	Now, Hold, Born, Made, Tick int64 // store milliseconds
	Epoch                       uint64
	// Last is the highest number, Given how many were given by Join.
	Last, Given uint64
	// Heads and HeadNumbers are the highest order called or passed over in each lane, and its number.
	Heads       [Lanes]Order
	HeadNumbers [Lanes]uint64
	// Credit pays entries and CallCredit calls, both as of Mark.
	Credit, CallCredit, Mark int64
	Format                   int
	Document                 Document
	Opening                  Opening
	Curves                   [Curves]Curve
	Judgement                Verdict
	// Samples are the newest of the gateways that are there, by name.
	Samples map[string]Sample

	// Waiting and Front count places above the floor, Calls and Asking open calls, Live the live stays, and Unbooked those of them that
	// have not booked (U); Counted is what counts as inside, in permille, and CallChance the chance in permille that a new call is claimed.
	Waiting, Front, Calls, Asking, Live, Unbooked int64
	Counted, CallChance                           int64
	// Totals since the store began to count.
	Joined, Called, Admitted, Finished, Left int64
	// Gateways were heard of within GatewayLife.
	Gateways int64
	// Ended are the visitors whose tickets were ended within EndedFor, the latest first, then the higher id; at most MaxEnded.
	Ended []VisitorID
	// Sketches are those of the lanes that have places.
	Sketches [Lanes]Sketch
}

// Through reports whether nobody waits: there is no waiting room at present, by the plan or because operators have opened the room to all.
func (f *Snapshot) Through() bool { return f.phase() == PhaseThrough }

// phase is what the room does: while it is open to all there is no waiting room, whatever the plan says.
func (f *Snapshot) phase() Phase {
	if f.Document.Pace.Mode == ModeOpen {
		return PhaseThrough
	}
	return f.Opening.Phase
}

// Bounds of a snapshot; durations are in milliseconds.
const (
	GatewayLife = 5000
	EndedFor    = 2000
	MaxEnded    = 4096
)
