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
	Ceiling uint64
	// Hold is until when nobody is called, in store milliseconds: whoever was told to ask by then is waited for in another store, too.
	Hold     int64
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

// Store keeps the line of one room. Every verb is one atomic step and is safe for concurrent use by any number of gateways.
// A batch has 1 to MaxBatch entries; a store handles them in order and answers in the order of the entries. All loops are
// bounded, and no verb needs a float, a hash function or a product of 2^52 or more. floor(a/b) is the integer division of
// numbers that are not negative.
//
// # State
//
// A room has these figures:
//
//	epoch, last   epoch of the numbers that are given now; the highest one
//	given         how many numbers Join gave. Unlike last it never jumps
//	head          highest order called or passed over, and its number; one a lane
//	credit        of the bucket that pays entries, callcredit of the one that pays calls, in Units; mark: when they were filled last
//	tick          time of the last Advance
//	hold          time before which nobody is called and no step of the plan takes effect
//	born          time of the last change of the epoch
//	made          when the room was made from a watermark whose record had no step; otherwise 0
//	totals        joined, called, admitted, finished, left
//	document      what operators set, see Document
//	opening       what took effect of the plan, see Opening
//	cur           the turn of the lanes, see Advance
//	judgement     the newest Verdict on the site's health
//	curves        what was learned, see Curve
//	format        see Errors
//
// and these sets of visitors. They hold when something happened, never when it ends, so that a clock that was wrong is put
// right by one shift, and a change of the timing changes all ends at once.
//
//	set            holds                                             value                                      forgotten after
//	line           waiting places, by lane                           order; seen: time of the last heartbeat,   never
//	                                                                 0 away, -t given at t, not heard of since
//	front          places that came back                             order, seen                                never
//	calls          open calls                                        time of the call                           see Advance
//	asking         at the door: it is their turn, the room is full   time first asked, time last asked          see Advance
//	missed         passed over while absent                          time                                       Life
//	lapsed         called, and did not claim in time                 time                                       Life
//	again          had its one return after a lapse                  time                                       Life
//	spent          tickets that bought a stay                        time the stay began                        Life + Resume
//	fresh          stays not confirmed                               time of the last request told              Idle + Resume
//	inside1..8     stays by how many requests were told (8 or more)  time of the last request told              Idle + Resume
//	served         stays that have booked                            time of the last request told              Idle + Resume
//	ended          tickets ended for good                            time, reason                               Life
//	orders         everybody that has left the line or front         order                                      with the last set
//	refs           references counted, of Report and Move            time                                       Life
//	codes          by code: the visitors that used it                epoch and number                           a step with Reset
//	gateways       by name                                           time of the last Advance                   GatewayLife
//	samples        by name of a gateway                              its newest Sample                          with the gateway
//
// A visitor is in at most one of line, front, calls, missed, lapsed, asking, spent and ended, except that asking goes with
// spent (a stay that is resumed) and again with any. fresh, inside1..8 and served imply spent, and a visitor is in one of them.
//
// # Terms
//
// Time is the store's clock in milliseconds, read once a verb. Durations are those of Timing. Comparisons are strict: what
// has value v and lasts d is alive while v + d > now.
//
//	live      a stay whose last request + Idle > now and whose beginning + Max > now
//	over      a stay that is not live, whose last request + Idle + Resume > now and whose beginning + Max > now
//	present   a place with seen > 0 and seen + Absent > now, or seen < 0 and -seen + Confirm > now
//	e         the share of the pace in force in permille: floor(opening.Share * judgement.Factor / 1000)
//	fill      credit = min(Burst*Units + 10,000,000*Rate, credit + max(0, now-mark)*Rate*e);
//	          callcredit = min(3*Burst*Units, callcredit + max(0, now-mark)*3*Rate*e); mark = now
//	C, K      what counts as inside, and what open calls count, in permille; see Curve
//	U, O      live stays that have not booked (fresh: younger than Confirm), and calls alive plus asking
//	Q         floor((Quota-Booked)/Per) - U - O, at least 0; if Quota > Booked and U+O = 0, at least 1. No quota: no bound
//
// Allowance(lead, divisor): how many places may be called. It is 0 unless Mode is run, the phase open, now >= hold, e > 0 and
// Rate > 0. Otherwise, with x = floor((credit + Rate*e*lead)/60,000) - K and, where MaxInside > 0, at most
// 1000*MaxInside + floor(Rate*e*lead/60,000) - C - K, it is max(0, min(floor(x/divisor), floor(callcredit/Units), Q, MaxCalls)).
//
// May enter, with n before it at the door: credit >= (n+1)*Units unless the stay is resumed, and, where MaxInside > 0,
// C + 1000*(n+1) <= 1000*MaxInside. Each entry of a batch adds 1000 to C.
//
// Pace is paid at entry. In any T ms at most Burst + Rate*(T + 10 s) enter, resumed stays apart, and at most
// 3*(Burst + Rate*T) are called. Nobody enters while C > 1000*(MaxInside-1). C itself may pass the bound: a visitor with a
// valid pass is never stopped.
//
// # Guards
//
// Where the order of a ticket would be used (the visitor is unknown, missed or lapsed) these are checked first, in this
// order; nothing changes if one answers:
//
//  1. order <= Floor: StateSpent (ReasonFloor).
//  2. The caller's mapping < Mapping: StateUnknown. The caller has not read the seed that the order depends on.
//  3. (epoch, number) in a lobby that is not frozen, or in a draw that is not known: StateLobby. In a known draw, with an
//     order outside it: StateUnknown.
//
// A place in line or front with order <= Floor is taken out: StateSpent (ReasonFloor). "front!" below means: guards, then into
// front with the order of the ticket, seen = now.
//
// # Keep and Claim
//
//	set                    Keep                       Keep, Away         Claim
//	line                   seen = now: Waiting        seen = 0: Waiting  seen = now: Waiting
//	front                  seen = now: Front          seen = 0: Front    seen = now: Front
//	calls, alive           Called until call+Window   Called             may enter behind all of asking: enter; else to
//	                                                                     asking, both times now: Full
//	calls, over            Missed (lapsed)            Missed             in again: ended, Spent (twice); else guards, again
//	                                                                     at now, front!: Front
//	asking                 Full                       Full               last asked = now; may enter behind those before it
//	                                                                     by first asked, then id: enter; else Full
//	missed                 front!: Front              Missed             front!: Front
//	lapsed                 guards; Missed             guards; Missed     front!: Front
//	spent, live            Inside, end, beginning     same               same, nothing changes
//	spent, over            Missed (over)              same               resumed: as calls alive, or asking, without credit
//	spent else, ended      Spent with its reason      same               same
//	unknown                restored                   restored           restored
//
// Enter: out of calls and asking. If not yet spent: spent at now, credit - Units, admitted + 1. The stay moves to inside1 at
// now; one that is resumed to the next inside, or stays in served. Inside, end = min(now+Idle, beginning+Max). A call alive
// that is claimed teaches its curve, granted or not.
//
// Carried(n) is the number that a later epoch goes on counting from where n may have been given: n up to MaxCarried, else 0.
// Watermark.Believed is what stores take from a watermark.
//
// Restored: guards; then the code is noted for this visitor, or, if as many others as may use it have it, the ticket is ended:
// Refused (ReasonCode). A ticket of a later epoch than the room's, or of the same with a number above both last and MaxCarried:
// epoch = NextEpoch(now, its epoch, its order), last = Carried(last), born = now, hold = max(hold, now+Hold). Any other: last =
// max(last, Carried(number)); of an earlier epoch: hold = max(hold, born+Hold). Order above the lane's head: into line, seen = now (0 if Away). Otherwise front!, or missed if Away.
//
// # Errors
//
// Before anything else a verb validates its values: ErrInvalid. A verb that answers an error has changed nothing, except with
// ErrUnavailable: then it may have taken effect, and may be repeated without harm.
//
// Every verb except Restore answers ErrLost when the store has no such room. A store whose servers take over from each other,
// and can lose acknowledged writes when they do, answers ErrLost to Join and Advance from such a takeover until the next
// Restore, which treats its watermark as ahead whatever it says. A room of a release before this port answers ErrLost to
// every verb until a Restore takes it over, with the timing of the watermark's document.
//
// A room has the lowest format that its document and its places need. A store of a release that reads only lower ones answers
// ErrFormat to every verb but Close. The format rises with a plan that has a draw or weights, and with the first place that
// has a lane above 0 or a code.
type Store interface {
	// Join numbers new arrivals. Fill; free = 0 if anything is in line, front or asking, else Allowance(0, 1000). Then for
	// each, in order:
	//
	//  1. Known. In line with seen < 0 and order > OrderOf(epoch, 0): the place again, with its standing. Its code was used by
	//     itself: the number noted there, with the visitor's standing; if it has none StateSpent (ReasonFloor) at or below the
	//     floor, StateLobby while the number counts in a lobby, else StateWaiting. Otherwise StateTaken with a zero place.
	//     Nothing changes.
	//  2. StateRefused: ReasonClosed by the phase (closed, through) or the door; ReasonLimit if so many wait, in a lobby
	//     with the numbers of its segments; ReasonSoldOut if all is booked and as many as may stand by wait; ReasonCode if as many others as may use the code have.
	//  3. last+1, given+1, joined+1, the code noted. In a lobby: StateLobby, nothing else is stored. free > 0: free-1, credit and
	//     callcredit - Units, spent and fresh at now, called+1, admitted+1, head raised: StateInside. Otherwise into line with
	//     seen = -now: StateWaiting.
	//
	// By the clock of its own, a store gives the first number of an epoch in a later second than the one that names the epoch or
	// in which it began, and waits for it: two lines that are lost in the same second never give the same number.
	Join(ctx context.Context, arrivals []Arrival) (JoinReply, error)

	// Keep takes heartbeats, see Keep and Claim above. mapping is how many draws the caller knows the seed of: more than the
	// room does is ErrLost for the batch.
	Keep(ctx context.Context, mapping uint64, beats []Beat) (KeepReply, error)

	// Claim turns calls into stays and resumes stays that ran out, see Keep and Claim above. Fill first; C is computed once a
	// batch. mapping as for Keep.
	Claim(ctx context.Context, mapping uint64, places []Place) (KeepReply, error)

	// Renew tells of a request of each stay. The caller has verified its pass. Ended: StateSpent. beginning + Max <= now: ended,
	// StateSpent (ReasonExpired). Otherwise, known or not: out of every waiting set and asking, except that a stay that is resumed
	// keeps its turn at the door while it is over; spent at its beginning (if not known, min(Started, now)); a = min(At, now).
	// A later request than the last one known teaches the curve if the stay was live, and moves the stay to the next inside at
	// a: from fresh or unknown to inside1, an unknown one that has booked to served; served stays served. An earlier one moves it from fresh only. StateInside with the end min(last request + Idle, beginning + Max) if the stay is live,
	// StateMissed (ReasonOver) if it is over, else StateSpent (ReasonExpired).
	Renew(ctx context.Context, stays []Stay) (KeepReply, error)

	// Report takes outcomes; those of one answer of the site in the order booked, finished. Booked and Freed with a Ref that
	// was counted: nothing.
	// The teller's tally says for which gateway: its name may be empty. With more Reports than the room knows of that gateway: ErrLost,
	// and nothing is told, unless all are Finished.
	//   Booked: booked + Count, reports + 1, both in the gateway's tally too; the stay moves from fresh or inside to served. In one step, so that
	//     Quota - booked - U does not change by a booking that is told late. Of a visitor that is not ended and
	//     whose stay is not known refs keeps that it has booked: the id with its first byte inverted, as long as after the last such report.
	//   Freed: booked - Count, at least 0, reports + 1, in the tally by as much.
	//     Either with a Count of 0 is no report, and does the rest: a gateway tells so, after a loss, what was counted before.
	//   Total, an operator's correction: booked = Count, reports + 1, totals + 1.
	//   Finished: teaches the curve if the stay is live; the visitor is ended, finished + 1 if it was not before.
	// Of more than MaxTallies tallies the one with the fewest reports is forgotten: what it has booked stays in booked.
	Report(ctx context.Context, teller Tally, outcomes []Outcome) (Reported, error)

	// Leave gives places and stays up: ended, left + 1 for each that was not ended before. Known or not.
	Leave(ctx context.Context, ids []VisitorID) error

	// Find is the visitor with an order: of line and front first, then of orders. It changes nothing. ErrUnknown: there is none.
	Find(ctx context.Context, o Order) (Found, error)

	// Move does one act, once for each Ref; a repeated one answers the standing.
	//   ActFront: from line, missed, lapsed or calls into front at its order, seen = now, and out of again. Elsewhere, or at or below
	//     the floor, nothing changes. ErrUnknown: no such visitor.
	//   ActRemove: as Leave, ReasonRemoved. ActEnd: as Finished, neither counted nor learned from. ActEnd of the zero visitor: every stay,
	//     by group, last request and id, at most MaxScan; Left says how many remain.
	//   ActHand: all that the visitor is in (set, times, order, again, codes) goes on under To, and the old id is ended
	//     (ReasonMoved). StateTaken: To is known, or was. ErrUnknown: no such visitor. An ended one stays as it is.
	Move(ctx context.Context, m Move) (Moved, error)

	// Advance takes the plan's due steps, calls places, and answers the snapshot.
	//
	//  1. m is ahead: ErrLost. It is if m.Epoch > epoch; or if they are equal and m has a higher last, head, Cursor, Mapping or
	//     Reports.
	//  2. now < tick, the clock was set back: forget all gateways and samples, the judgement's Tick = 0. Note the gateway and its
	//     sample; forget gateways and samples that are over. Fill, at the share that was in force until
	//     now; then a verdict with a later Tick than the judgement's replaces it. So does a sample with that of the gateway's last one. A
	//     Tick later than that of now (JudgeTick) is of no time that was, and any replaces it.
	//  3. now - tick > Absent/2: hold = max(hold, now+Hold), because nobody was heard for so long. hold = min(hold,
	//     now + max(Hold, 30 s)), so that a clock that stepped back prolongs no hold. Each curve learns what outlived its
	//     buckets, see Curve. now < tick: of each of calls, asking (both times), fresh, inside and served, the times later than now,
	//     earliest first, at most MaxScan, become tick - now earlier: they are of the clock that was wrong. tick = now, unless
	//     MaxScan times of one of them were.
	//  4. Apply the due steps, see Step.
	//  5. Forget what is over, earliest first, at most MaxScan of each set.
	//  6. asking with last asked + Confirm <= now, at most MaxScan: to calls at last asked; a resumed stay just leaves. Then calls
	//     with time + Window <= now, earliest first, at most MaxScan: in again: ended (ReasonTwice); else to lapsed, and again,
	//     at now.
	//  7. Each lane, from its beginning, at most MaxScan in all: order <= Floor: taken out; order <= head: to missed. The same for
	//     front and the floor.
	//  8. k = Allowance(Lead, max(200, the chance of a new call)). While k > 0 and fewer than MaxScan places were looked at: the
	//     first of front (by order, then id) that is present; absent ones are passed over into missed. If there is none, a lane: each lane
	//     offers its first present place (absent ones before it are passed over, its head raised); for each lane that
	//     offers cur += weight; the largest cur (the lowest lane if equal) is called: cur - the sum of the weights of those
	//     that offer, its head raised. If a lane has places and the bound is reached before it offers, no call is made any more. A
	//     call: into calls at now, callcredit - Units, called + 1. A head shows the number First + order - Base inside a known draw,
	//     order - OrderOf(epoch, 0) above that, and otherwise the one before.
	//  9. The snapshot.
	Advance(ctx context.Context, m Watermark, s Sample, v Verdict) (Snapshot, error)

	// Settle replaces the document if its Version is the stored one: Fill with the old pace, store it with Version+1, Fill; a change
	// of the plan sets Planned = now. Otherwise ErrConflict with the stored document.
	Settle(ctx context.Context, d Document) (Document, error)

	// Reveal puts the seed of an opening's draw in force: Known, Mapping + 1, phase open if it is that opening that is drawing,
	// hold = max(hold, now + Spread). A zero seed says that the draw has failed: the order of arrival stands. Once: it answers
	// the seed in force. ErrUnknown: no such draw.
	Reveal(ctx context.Context, opening string, seed [32]byte) ([32]byte, error)

	// Snapshot reads, and changes nothing. Snapshots may share what they point to, such as the plan: nobody changes it.
	Snapshot(ctx context.Context) (Snapshot, error)

	// Restore makes a room, or raises one to m, after Fill. It applies no step of the plan.
	//
	//   No room: epoch = NextEpoch(now, m.Epoch, highest order of m), last = Carried(m.Ceiling), heads and curves of m, credits 0; mark,
	//     tick, born = now; sets empty; hold = now + Hold (Grace if m.Epoch is 0); made = now if m has no step, else 0.
	//   m ahead (Advance, step 1): the same with the room's own epoch and orders counted; last = max(Carried(last),
	//     Carried(m.Ceiling)); heads = the highest of both; sets, totals and curves stay, and so does a tick later than
	//     now; hold = max(hold, now + Hold).
	//   m.Epoch < epoch: last = max(last, Carried(m.Ceiling)), heads = max; a segment of m.Epoch that is not frozen: Last =
	//     max(Last, Carried(m.Ceiling)).
	//
	// In all cases: hold = max(hold, m.Hold). The document with the higher version stands. The record with the higher Cursor stands whole; of equal ones
	// the later Planned stands, and the segments of one open lobby are united by epoch. But of two tallies of one gateway that
	// with more Reports stands, whichever record has it; and booked is the sum of the tallies and of the rest of the record
	// that stands, of equal ones of that with more Totals, then with more Reports in the rest. Reports never falls; booked may be below 0 as
	// long as nothing has been heard of what those booked whose places others have given back. Floor and Mapping: the higher; Done: the higher rank of each opening. Draws are united: of two of one opening the
	// known one, else that frozen first; a record that is drawing opens if its draw is known, with the hold of Reveal. Where the
	// epoch changed, an open segment ends at max(First-1, the highest number that can have been given in its epoch), and a new
	// one follows.
	Restore(ctx context.Context, m Watermark) error

	// Close releases what the store holds. Verbs answer ErrClosed afterwards.
	Close() error
}
