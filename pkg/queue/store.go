package queue

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Timing is what every gateway of a room agrees on about time. All values are whole milliseconds.
type Timing struct {
	// Absent is how long after its last heartbeat a place still counts as present.
	Absent time.Duration
	// ClaimWindow is how long a call may be claimed.
	ClaimWindow time.Duration
	// Idle is how long a stay lives without activity.
	Idle time.Duration
	// TicketLife is how long a ticket, and so the memory of a missed or used place, lives. At least Idle.
	TicketLife time.Duration
	// Hold is how long nobody is called after a loss: one poll interval.
	Hold time.Duration
	// Grace is the hold of a room that begins with no memory at all. It is stretched to Hold as soon as a
	// ticket of an earlier epoch shows that there was a line before.
	Grace time.Duration
}

// Validate joins everything that is wrong, naming the fields.
func (t Timing) Validate() error {
	var errs []error
	check := func(name string, d, low time.Duration) {
		if d < low || d > 366*24*time.Hour || d%time.Millisecond != 0 {
			errs = append(errs, fmt.Errorf("%s %v: want whole milliseconds from %v to 8784h: %w", name, d, low, ErrInvalid))
		}
	}
	check("absent", t.Absent, time.Millisecond)
	check("claim window", t.ClaimWindow, time.Millisecond)
	check("idle", t.Idle, time.Millisecond)
	check("ticket life", t.TicketLife, time.Millisecond)
	if t.TicketLife < t.Idle {
		errs = append(errs, fmt.Errorf("ticket life %v: want at least idle %v: %w", t.TicketLife, t.Idle, ErrInvalid))
	}
	check("hold", t.Hold, 0)
	check("grace", t.Grace, 0)
	return errors.Join(errs...)
}

// State is where a place stands.
type State uint8

const (
	// StateUnknown: only the store knows, and it has not said yet. No store answers it; [Answer] does.
	StateUnknown State = iota
	// StateWaiting: in the line.
	StateWaiting
	// StateFront: back after the head has passed; called before everybody in the line.
	StateFront
	// StateCalled: it is this place's turn until Until.
	StateCalled
	// StateMissed: the head has passed while the place was absent, or its call was not claimed. A heartbeat
	// brings the first back to the front, a Claim brings back both.
	StateMissed
	// StateInside: the place was claimed, the stay lives until Until.
	StateInside
	// StateSpent: the ticket has bought its stay, or was given up. A new arrival gets a new number.
	StateSpent
	// StateTaken: another visitor has this id, or had it. Only Join answers it: draw another id.
	StateTaken
)

var stateNames = [...]string{"unknown", "waiting", "front", "called", "missed", "inside", "spent", "taken"}

// String is the state's lower-case name.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// Standing is a store's answer about one place.
type Standing struct {
	State State
	// Until is the end of a call or stay in store milliseconds; 0 in other states.
	Until int64
}

// Joined is the answer to one arrival.
type Joined struct {
	Standing
	Place Place
}

// Beat is one heartbeat.
type Beat struct {
	Place Place
	// Away says that the visitor has just closed the page: the place is absent from now on, not given up.
	Away bool
}

// Stay is one stay to be extended.
type Stay struct {
	Visitor VisitorID
	// Cap is the latest end of the stay in store milliseconds; 0 means none.
	Cap int64
}

// Watermark is what a gateway remembers of a room, so that a lost store can be rebuilt. The zero value remembers
// nothing.
type Watermark struct {
	// Gateway names the process, for counting the live ones. Empty is not counted.
	Gateway string
	// Epoch, Last (highest number known to be given) and Head as seen in replies.
	Epoch uint64
	Last  uint64
	Head  Order
	// HeadNumber is the number that belongs to Head.
	HeadNumber uint64
	// Ceiling is a number that nobody has been given a higher one than, however stale Last is. At least Last.
	Ceiling uint64
	// Control is the newest control document seen, or the one from the configuration.
	Control Control
}

// Validate refuses figures that no store has ever given, and that would not be exact in every store. Control is not looked at.
func (m Watermark) Validate() error {
	highest := Place{Epoch: max(m.Epoch, 1), Number: max(m.Ceiling, 1)}
	if !highest.Valid() || m.Last > maxNumber || m.HeadNumber > maxNumber || m.Head > MaxOrder {
		return fmt.Errorf("watermark of epoch %d, last %d, ceiling %d, head %d (number %d): %w",
			m.Epoch, m.Last, m.Ceiling, m.Head, m.HeadNumber, ErrInvalid)
	}
	return nil
}

// Limits of one call. Loops in stores are bounded by them.
const (
	// MaxBatch is the most entries a batch may have.
	MaxBatch = 512
	// MaxCalls is the most places one Advance calls.
	MaxCalls = 1000
	// MaxScan is the most places one Advance looks at, called or passed over, and the most open calls it lets
	// lapse.
	MaxScan = 4096
)

// Units is the number of bucket units that one call costs. Credit grows by Rate units a millisecond, so
// that the arithmetic is exact in integers: rate/minute = rate/60000 per millisecond.
const Units = 60_000

// Store is the line's memory. Every method is one atomic step, safe for concurrent use by any number of
// gateways, and may be repeated after ErrUnavailable without harm. Batches have 1 to MaxBatch entries and are
// worked through in order; replies are in the order of the entries.
//
// # State
//
// A room has an epoch, last (highest number given), head (highest order called or passed over) and its
// number, a control document, a token bucket (credit in Units, mark = the time it was last filled), tick (time of the
// last Advance), hold (time before which nobody is called), born (time of the last Restore that changed the epoch),
// totals, and these sets of visitors:
//
//	line    waiting places by order, each with seen = time of the last heartbeat (0: away)
//	front   places that came back after head passed them, by order, each with seen
//	calls   open calls with their deadline
//	missed  places passed over while absent, with the time to forget them
//	lapsed  places whose call was not claimed, with the time to forget them
//	inside  stays with their end
//	spent   tickets that bought a stay (open) or are ended for good (ended), with the time to forget them
//
// A visitor is in at most one of line, front, calls, missed, lapsed, and then not in spent; inside implies
// spent (open). Time is the store's own clock in milliseconds since 1970, read once per verb. "Live" is strict:
// a call or stay is live while its end > now, a place is present while seen > 0 and seen+Absent > now, the
// hold is over when now >= hold. Something to forget is forgotten by the next Advance with time <= now, and
// counts as present until then.
//
// Fill (Join, Advance, Control): credit = min(Burst*Units, credit + max(0, now-mark)*Rate); mark = now. A
// clock that steps back adds nothing and takes nothing.
//
// Room is what the pace leaves: 0 unless mode is run, Rate > 0 and now >= hold; else floor(credit/Units), bounded
// by MaxInside - live stays - live calls where MaxInside > 0; never negative.
//
// Carried numbers: "last = carry(n)" means last = max(last, n) if n <= MaxCarried, else last stays. A line that follows
// another goes on counting, so that no number is shown twice; but one whose numbers a fault has multiplied begins
// again at 1, in an epoch above them all. So numbers never run out of the bits that they have.
//
// Every verb except Restore answers ErrLost, changing nothing, when the store has no such room. A store whose servers
// follow each other, and may lose on the way what they have acknowledged, answers ErrLost to Join and Advance from when
// another server took over until a Restore, which then takes m for ahead whatever it says: a number that was given
// and forgotten would be given twice. Every entry is
// validated before anything is changed (Place.Valid, batch size), and so are a watermark and a control document
// (Watermark.Validate, Control.Validate): ErrInvalid.
type Store interface {
	// Join numbers new arrivals. Fill first; free = Room if line and front are both empty, else 0. Then each
	// id in order: an id in line of the current epoch (order above OrderOf(epoch, 0)) answers its place as
	// StateWaiting and seen = now (a repeated call); an id known in any other set, or in line from an earlier
	// epoch, answers StateTaken with a zero place. An unknown one gets last+1. While free > 0 it goes
	// straight inside: free-1, credit-Units, stay until now+Idle, spent (open) until now+TicketLife, head and
	// its number raised to this place if higher, called+1, admitted+1; answer StateInside. Otherwise it joins
	// the line with seen = now: StateWaiting. joined+1 for each number given.
	Join(ctx context.Context, ids []VisitorID) (JoinReply, error)

	// Keep takes heartbeats. For each beat:
	//   line: seen = now (0 if Away), StateWaiting.
	//   front: the same, StateFront.
	//   calls: StateCalled with the deadline if live, else StateMissed. Nothing changes.
	//   missed: not Away: to front with the ticket's order, seen = now, StateFront. Away: StateMissed.
	//   lapsed: StateMissed.
	//   inside and live: StateInside with its end. Else spent: StateSpent.
	//   unknown: restored at the ticket's order. Order > head: into line with seen = now (0 if Away), StateWaiting.
	//     Otherwise into front with seen = now, StateFront; Away: into missed until now+TicketLife, StateMissed.
	//     last = max(last, number) if the epoch is the current one, else last = carry(number). If the ticket's epoch is
	//     earlier than the room's: hold = max(hold, born+Hold). If it is later: the room's epoch becomes
	//     NextEpoch(now, ticket's epoch, ticket's order), born = now, hold = max(hold, now+Hold).
	Keep(ctx context.Context, beats []Beat) (KeepReply, error)

	// Claim turns calls into stays. For each place:
	//   calls and live: inside until now+Idle, spent (open) until now+TicketLife, admitted+1, StateInside.
	//   calls but over, lapsed, missed: to front with seen = now, StateFront.
	//   front: seen = now, StateFront. line: seen = now, StateWaiting.
	//   inside and live: StateInside with its end, unchanged. Else spent: StateSpent.
	//   unknown: restored as Keep does with Away false.
	Claim(ctx context.Context, places []Place) (KeepReply, error)

	// Renew extends stays whose pass the caller has verified and that has not run out. For each stay, the new
	// end is now+Idle, at most Cap if Cap > 0:
	//   spent (ended): StateSpent.
	//   otherwise, known or not: taken out of every waiting set, inside until end = max(new end, current end if
	//     inside), spent (open) until max(now+TicketLife, end); StateInside with the end.
	Renew(ctx context.Context, stays []Stay) (KeepReply, error)

	// Finish ends stays, Leave gives places up; both take the visitor out of every set and make the ticket spent
	// (ended) until now+TicketLife. Unknown visitors too. They differ in the totals: Finish adds to finished
	// and Leave to left, each only for visitors who were not spent (ended) already.
	Finish(ctx context.Context, ids []VisitorID) error
	Leave(ctx context.Context, ids []VisitorID) error

	// Advance calls as many present places as the pace leaves room for, and answers the snapshot.
	//  1. If m.Epoch > epoch, or m.Epoch == epoch and (m.Last > last or m.Head > head): ErrLost. The store was
	//     replaced by an older copy of itself. (m.Epoch == 0 is never ahead.)
	//  2. If m.Gateway is not empty it is noted as seen now; ones with seen+GatewayLife <= now are forgotten. hold =
	//     min(hold, now+max(Hold, Grace)), born = min(born, now): a clock that stepped back prolongs no hold. If now-tick > Absent/2: hold =
	//     max(hold, now+Hold): nobody was heard for so long, so people who asked all the time would be taken for absent.
	//     tick = now.
	//  3. Fill. Forget stays with end <= now, and spent, missed and lapsed entries with time <= now. Calls with
	//     deadline <= now, earliest first (ties by visitor id), at most MaxScan: to lapsed until now+TicketLife.
	//  4. Places at the beginning of line with order <= head, at most MaxScan: to missed until now+TicketLife.
	//  5. room = min(Room, MaxCalls). While room > 0, fewer than MaxScan looked at: take the first of front (by
	//     order, then id), when front is empty the first of line. Present: call it until now+ClaimWindow, room-1,
	//     credit-Units, called+1. Not present: to missed until now+TicketLife. Taken from line: head and its
	//     number are raised to it. (The number that belongs to an order o is o - OrderOf(epoch,0) for orders above
	//     that and otherwise 0, which leaves the head's number as it was.)
	Advance(ctx context.Context, m Watermark) (Snapshot, error)

	// Control replaces the control document if c.Version is the current version; the stored version is one
	// higher. Fill with the old pace first. Another version answers the current document and ErrConflict.
	Control(ctx context.Context, c Control) (Control, error)

	// Snapshot reads the room without changing it.
	Snapshot(ctx context.Context) (Snapshot, error)

	// Restore makes a room, or heals one that is behind what m remembers. m.Control must be valid too.
	//   No room: epoch = NextEpoch(now, m.Epoch, max(m.Head, OrderOf(m.Epoch, m.Ceiling))), last = 0, then last =
	//     carry(m.Ceiling), head and number from m, controls from m, credit 0, mark, tick and born now, totals 0,
	//     hold = now+Hold, or now+Grace if m.Epoch is 0.
	//   m ahead as in Advance step 1: the same, but sets and totals stay, last = 0 if it is above MaxCarried, then last =
	//     carry(m.Ceiling), head = max(head, m.Head) with its number, highest order also counts OrderOf(epoch, last),
	//     prev = max of both epochs, hold = max(hold, now+Hold).
	//   Otherwise, if m.Epoch is not 0 and < epoch: last = carry(m.Ceiling), head = max(head, m.Head) with its number,
	//     hold = max(hold, born+Hold): there was a line before, as a ticket of an earlier epoch shows too.
	//   In all cases a control document with a higher version than the stored one replaces it.
	Restore(ctx context.Context, m Watermark) error

	// Close releases what the store holds. Verbs answer ErrClosed afterwards.
	Close() error
}

// GatewayLife is how long after its last Advance a gateway counts as one of those that share the room.
const GatewayLife = 5 * time.Second

// EndedFor is how long every snapshot names a visitor whose ticket has ended, so that all gateways refuse its passes.
const EndedFor = 2 * time.Second

// MaxEnded is the most such visitors that a snapshot names: those who ended last.
const MaxEnded = 4096

// JoinReply answers Join.
type JoinReply struct {
	Now     int64 // store milliseconds
	Places  []Joined
	Waiting int64 // places in line after the batch
}

// KeepReply answers Keep, Claim and Renew.
type KeepReply struct {
	Now       int64
	Standings []Standing
}
