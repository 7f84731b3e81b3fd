package queue

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Timing holds the durations that all gateways of a room and its store use. All values are whole milliseconds.
type Timing struct {
	// Absent is how long after its last heartbeat a place still counts as present.
	Absent time.Duration
	// ClaimWindow is how long a call may be claimed.
	ClaimWindow time.Duration
	// Idle is how long a stay lives without activity.
	Idle time.Duration
	// TicketLife is how long a ticket is valid, and so how long a store remembers a missed or spent one. At least Idle.
	TicketLife time.Duration
	// Hold is how long nobody is called after a loss: the longest poll interval, so that every place is known again
	// before one is called.
	Hold time.Duration
	// Grace is the hold of a room that begins without a watermark. It becomes Hold when a ticket of an earlier epoch
	// shows that there was a line before.
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
	// StateFront: back after the head has passed; called before all places in the line.
	StateFront
	// StateCalled: it is this place's turn until Until.
	StateCalled
	// StateMissed: the head passed while the place was absent, or its call was not claimed. A heartbeat brings the
	// former back to the front, a Claim brings back both.
	StateMissed
	// StateInside: the place was claimed, the stay lives until Until.
	StateInside
	// StateSpent: the ticket has bought its stay, or its place was given up. A new arrival gets a new number.
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
	// Away says that the visitor has closed the page: the place is absent from now on, but not given up.
	Away bool
}

// Stay is one stay to be extended.
type Stay struct {
	Visitor VisitorID
	// Cap is the latest end of the stay in store milliseconds; 0 means none.
	Cap int64
}

// Watermark is what a gateway remembers of a room, so that a lost store can be rebuilt. The zero value remembers nothing.
type Watermark struct {
	// Gateway names the process; stores count the names that they have seen lately. An empty name is not counted.
	Gateway string
	// Epoch, Last (the highest number known to be given) and Head are as in the replies of the store.
	Epoch uint64
	Last  uint64
	Head  Order
	// HeadNumber is the number of the place at Head.
	HeadNumber uint64
	// Ceiling is at least the highest number that can have been given, however old Last is. At least Last.
	Ceiling uint64
	// Control is the newest control document seen, or the one from the configuration.
	Control Control
}

// Validate refuses figures that no store gives, and that would not be exact in every store. It does not check Control.
func (m Watermark) Validate() error {
	highest := Place{Epoch: max(m.Epoch, 1), Number: max(m.Ceiling, 1)}
	if !highest.Valid() || m.Last > maxNumber || m.HeadNumber > maxNumber || m.Head > MaxOrder {
		return fmt.Errorf("watermark of epoch %d, last %d, ceiling %d, head %d (number %d): %w",
			m.Epoch, m.Last, m.Ceiling, m.Head, m.HeadNumber, ErrInvalid)
	}
	return nil
}

// Limits of one call. They bound every loop in a store.
const (
	// MaxBatch is the most entries of a batch.
	MaxBatch = 512
	// MaxCalls is the most places that one Advance calls.
	MaxCalls = 1000
	// MaxScan is the most places that one Advance looks at, called or passed over, and the most open calls that it
	// lets lapse.
	MaxScan = 4096
)

// Units is what one call costs, in units of the token bucket. Credit grows by Rate units a millisecond, so the arithmetic
// is exact in integers: Rate calls a minute are Rate/60,000 calls a millisecond.
const Units = 60_000

// Store keeps the line of one room. Every method is one atomic step, is safe for concurrent use by any number of gateways,
// and may be repeated after ErrUnavailable without harm. Batches have 1 to MaxBatch entries; a store handles them in order
// and answers in the order of the entries.
//
// # State
//
// A room has these figures:
//
//	epoch       of the numbers that are given now
//	last        highest number given in it
//	head        highest order called or passed over, and the number of that place
//	control     the control document
//	credit      of the token bucket, in Units; mark = time when it was last filled
//	tick        time of the last Advance
//	hold        time before which nobody is called
//	born        time of the last change of the epoch
//	totals      joined, called, admitted, finished, left
//
// and these sets of visitors:
//
//	line    waiting places by order, each with seen = time of its last heartbeat (0: away)
//	front   places that came back after the head passed them, by order, each with seen
//	calls   open calls with their deadline
//	missed  places passed over while absent, with the time to forget them
//	lapsed  places whose call was not claimed, with the time to forget them
//	inside  stays with their end
//	spent   tickets that bought a stay (open) or are ended for good (ended), with the time to forget them
//
// A visitor is in at most one of line, front, calls, missed, lapsed and spent. A visitor that is inside is in spent (open).
//
// Time is the store's own clock in milliseconds since 1970, read once a verb. Comparisons are strict: a call or stay is live
// while its end > now; a place is present while seen > 0 and seen+Absent > now; the hold is over when now >= hold. The next
// Advance forgets what has a time to forget <= now; until then it counts as known.
//
// # Terms
//
// Fill (in Join, Advance and Control): credit = min(Burst*Units, credit + max(0, now-mark)*Rate), then mark = now. A clock
// that steps back adds no credit and takes none.
//
// Allowance: how many places may be called now. It is 0 unless Mode is run, Rate > 0 and now >= hold. Otherwise it is
// floor(credit/Units), at most MaxInside - live stays - live calls where MaxInside > 0, and never negative.
//
// Order: OrderOf(epoch, number). The number that belongs to an order o is o - OrderOf(epoch, 0) for orders above that;
// other orders have none, and a head that is raised to one keeps its number.
//
// Carry: "last = carry(n)" means last = max(last, n) if n <= MaxCarried; otherwise last stays. A line that follows another
// goes on counting, so that no number is shown twice. A line whose numbers a fault has multiplied begins again at 1, in an
// epoch above all its orders, so that numbers never run out of bits.
//
// # Errors
//
// Before anything else a verb validates its values: the size of a batch, every place (Place.Valid), a watermark
// (Watermark.Validate) and a control document (Control.Validate). ErrInvalid says that one is wrong.
//
// Every verb except Restore answers ErrLost when the store has no such room. A store whose servers can take over from each
// other, and can lose acknowledged writes when they do, answers ErrLost to Join and Advance from such a takeover until the
// next Restore, and that Restore treats m as ahead whatever it says. Otherwise a number that was given and lost would be
// given twice.
//
// A verb that answers an error has changed nothing, except with ErrUnavailable: then it may have taken effect.
type Store interface {
	// Join numbers new arrivals. Fill; free = the allowance if line and front are both empty, else 0. Then, for each id
	// in order:
	//   in line, with an order above OrderOf(epoch, 0): seen = now. StateWaiting with its place: the call was repeated.
	//   known in any other way: StateTaken with a zero place. Nothing changes.
	//   unknown: last+1, joined+1, and the place has that number.
	//     free > 0: free-1, credit-Units, called+1, admitted+1; inside until now+Idle, spent (open) until now+TicketLife;
	//       head raised to the place. StateInside.
	//     free = 0: into line with seen = now. StateWaiting.
	Join(ctx context.Context, ids []VisitorID) (JoinReply, error)

	// Keep takes heartbeats. For each beat, by the set that the visitor is in:
	//   line: seen = now (0 if Away). StateWaiting.
	//   front: seen = now (0 if Away). StateFront.
	//   calls: nothing changes. StateCalled with the deadline if live, else StateMissed.
	//   missed: if not Away, to front with the order of the ticket, seen = now, StateFront; if Away, StateMissed.
	//   lapsed: StateMissed.
	//   spent: StateInside with the end if inside and live, else StateSpent.
	//   none: restored at the order of the ticket.
	//     order > head: into line with seen = now (0 if Away). StateWaiting.
	//     order <= head, not Away: into front with seen = now. StateFront.
	//     order <= head, Away: into missed until now+TicketLife. StateMissed.
	//     Also last = max(last, number) if the ticket's epoch is the room's, else last = carry(number).
	//     Ticket of an earlier epoch: hold = max(hold, born+Hold).
	//     Ticket of a later epoch: epoch = NextEpoch(now, its epoch, its order), born = now, hold = max(hold, now+Hold).
	Keep(ctx context.Context, beats []Beat) (KeepReply, error)

	// Claim turns calls into stays. For each place, by the set that the visitor is in:
	//   calls and live: inside until now+Idle, spent (open) until now+TicketLife, admitted+1. StateInside.
	//   calls but over, lapsed, missed: to front with seen = now. StateFront.
	//   front: seen = now. StateFront.
	//   line: seen = now. StateWaiting.
	//   spent: StateInside with the end, unchanged, if inside and live, else StateSpent.
	//   none: restored as Keep does without Away.
	Claim(ctx context.Context, places []Place) (KeepReply, error)

	// Renew extends stays whose pass the caller has verified and whose pass has not run out. For each stay the new end is
	// now+Idle, at most Cap if Cap > 0:
	//   spent (ended): StateSpent.
	//   any other set, and none: out of every waiting set; inside until end = max(new end, current end if inside); spent
	//     (open) until max(now+TicketLife, end). StateInside with the end.
	Renew(ctx context.Context, stays []Stay) (KeepReply, error)

	// Finish ends stays and Leave gives places up. Both take the visitor out of every set, known or not, and make the ticket
	// spent (ended) until now+TicketLife. Finish adds to the total finished and Leave to left, for each visitor that was
	// not spent (ended) before.
	Finish(ctx context.Context, ids []VisitorID) error
	Leave(ctx context.Context, ids []VisitorID) error

	// Advance calls as many present places as the allowance, and answers the snapshot.
	//  1. If m.Epoch > epoch, or m.Epoch == epoch and (m.Last > last or m.Head > head): ErrLost. An older copy has taken the
	//     place of the store. (m.Epoch == 0 is never ahead.)
	//  2. If m.Gateway is not empty: note it as seen now. Forget gateways with seen+GatewayLife <= now.
	//  3. hold = min(hold, now+max(Hold, Grace)) and born = min(born, now), so that a clock that stepped back prolongs no
	//     hold. If now-tick > Absent/2: hold = max(hold, now+Hold), because no heartbeat was taken for so long, and places
	//     whose pages polled all the time would count as absent. tick = now.
	//  4. Fill. Forget stays with end <= now, and entries of spent, missed and lapsed with a time to forget <= now.
	//  5. Calls with deadline <= now, earliest first (ties by visitor id), at most MaxScan: to lapsed until now+TicketLife.
	//  6. Places at the beginning of line with order <= head, at most MaxScan: to missed until now+TicketLife.
	//  7. left = min(allowance, MaxCalls). While left > 0 and fewer than MaxScan places were looked at: take the first place
	//     of front (by order, then id), or if front is empty the first of line; there, raise the head to it. Present: call it
	//     until now+ClaimWindow, left-1, credit-Units, called+1. Absent: to missed until now+TicketLife.
	Advance(ctx context.Context, m Watermark) (Snapshot, error)

	// Control replaces the control document if c.Version is the stored version: Fill with the old pace, then store c with
	// Version+1 and answer that. Otherwise ErrConflict with the stored document.
	Control(ctx context.Context, c Control) (Control, error)

	// Snapshot reads the room without changing it.
	Snapshot(ctx context.Context) (Snapshot, error)

	// Restore makes a room, or raises one to m.
	//   No room: epoch = NextEpoch(now, m.Epoch, max(m.Head, OrderOf(m.Epoch, m.Ceiling))), last = 0, then last =
	//     carry(m.Ceiling), head, its number and control from m, credit 0, mark, tick and born = now, totals 0,
	//     hold = now+Hold, or now+Grace if m.Epoch is 0.
	//   m ahead (Advance, step 1): epoch = NextEpoch(now, max(epoch, m.Epoch), max(head, m.Head, OrderOf(epoch, last),
	//     OrderOf(m.Epoch, m.Ceiling))), last = 0 if it is above MaxCarried, then last = carry(m.Ceiling), head = max(head,
	//     m.Head) with its number, credit 0, mark, tick and born = now, hold = max(hold, now+Hold). Sets and totals stay.
	//   Otherwise, if m.Epoch is not 0 and < epoch: last = carry(m.Ceiling), head = max(head, m.Head) with its number,
	//     hold = max(hold, born+Hold), because there was a line before.
	//   In all cases: a control document with a higher version than the stored one replaces it.
	Restore(ctx context.Context, m Watermark) error

	// Close releases what the store holds. Verbs answer ErrClosed afterwards.
	Close() error
}

// GatewayLife is how long after its last Advance a gateway counts as one of those that share the room.
const GatewayLife = 5 * time.Second

// EndedFor is how long every snapshot names a visitor whose ticket has ended, so that all gateways refuse its passes.
const EndedFor = 2 * time.Second

// MaxEnded is the most such visitors that a snapshot names: those whose tickets ended last.
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
