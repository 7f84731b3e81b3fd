package journal

import (
	"github.com/einlass/einlass/pkg/queue"
)

// Kind says what an event tells.
type Kind string

// The kinds of events and the fields that each has besides At and Kind.
const (
	// Join is the answer about one arrival: Visitor, State, Reason, and unless it was refused or taken Epoch, Number, Order,
	// Lane, Until, Started. A Join that was answered taken has Visitor alone.
	Join Kind = "join"
	// Keep and Claim are answers about one place: Visitor, Epoch, Number, Order, Lane, Mapping, State, Reason, Until, Started; Keep
	// also Away.
	Keep  Kind = "keep"
	Claim Kind = "claim"
	// Renew is the answer about one stay: Visitor, Told, State, Reason, Until, and Started: as answered, else as sent.
	Renew Kind = "renew"
	// Finish and Leave were answered without an error: Visitor.
	Finish Kind = "finish"
	Leave  Kind = "leave"
	// Report is any other outcome that was taken: Visitor, Report.
	Report Kind = "report"
	// Moved is what an operator or a hand-over did: Visitor, Move, State, Reason, Until, Started.
	Moved Kind = "move"
	// Uncertain: a verb for Visitor was sent and may or may not have taken effect; Verb names it.
	Uncertain Kind = "uncertain"
	// Snapshot is what Advance or Snapshot answered: the field Snapshot.
	Snapshot Kind = "frame"
	// Settle is a document that was stored, by this process or as a snapshot showed it first: Document.
	Settle Kind = "settle"
	// Step is a step of the plan that a snapshot showed first: Step.
	Step Kind = "step"
	// Freeze is a draw without a seed that a snapshot showed first, Reveal one whose seed came to be in force: Draw. The answer
	// to a Reveal has the opening and the seed alone.
	Freeze Kind = "freeze"
	Reveal Kind = "reveal"
	// Record is the opening record as a snapshot showed it first, but for what is booked: Record. Steps, freezes and reveals
	// stand before it, the snapshot after it.
	Record Kind = "record"
	// Judged is what the gateways have concluded of the site and of kept promises, as a snapshot showed it first: Verdict.
	Judged Kind = "judged"
	// Restore was answered without an error: Watermark.
	Restore Kind = "restore"
	// Lose: the store may have lost some or all of its state. The program that breaks a store writes this.
	Lose Kind = "lose"
	// Shown is what a visitor was told: Visitor, Epoch, Number, Order, Ahead.
	Shown Kind = "shown"
)

// Event is one line of a journal.
type Event struct {
	// At is the store's time in milliseconds.
	At   int64 `json:"at"`
	Kind Kind  `json:"kind"`

	Visitor ID     `json:"visitor,omitzero"`
	Epoch   uint64 `json:"epoch,omitempty"`
	Number  uint64 `json:"number,omitempty"`
	// Order is left out where it is the number's own.
	Order  queue.Order `json:"order,omitempty"`
	Lane   uint8       `json:"lane,omitempty"`
	State  State       `json:"state,omitempty"`
	Reason Reason      `json:"reason,omitempty"`
	Away   bool        `json:"away,omitempty"`
	Until  int64       `json:"until,omitempty"` // of a Restore, Finish, Leave, Report or Uncertain: by when it took effect, as Merge finds
	// Started is when the stay began; 0: not known.
	Started int64 `json:"started,omitempty"`
	// Told is when the request was made that a Renew tells of.
	Told  int64 `json:"told,omitempty"`
	Ahead int64 `json:"ahead,omitempty"`
	// Mapping is how many draws the caller knew the seed of.
	Mapping uint64 `json:"mapping,omitempty"`
	Verb    Kind   `json:"verb,omitempty"`

	Report    *Outcome         `json:"outcome,omitempty"`
	Move      *Move            `json:"act,omitempty"`
	Step      *Stepped         `json:"step,omitempty"`
	Draw      *queue.Draw      `json:"draw,omitempty"`
	Record    *queue.Opening   `json:"record,omitempty"`
	Snapshot  *Marks           `json:"frame,omitempty"`
	Document  *queue.Document  `json:"document,omitempty"`
	Watermark *queue.Watermark `json:"memory,omitempty"`
	Verdict   *Verdict         `json:"verdict,omitempty"`
}

// Verdict is a queue.Verdict under the names of the journal.
type Verdict struct {
	Tick   int64  `json:"tick"`
	Factor int64  `json:"factor"`
	Blob   string `json:"blob,omitempty"`
}

// Outcome is a report of the site that is no end.
type Outcome struct {
	Kind  OutcomeKind `json:"kind"`
	Count int64       `json:"count"`
	Ref   ID          `json:"ref,omitzero"`
}

// Move is one act on a visitor.
type Move struct {
	Act Act `json:"act"`
	Ref ID  `json:"ref,omitzero"`
	To  ID  `json:"to,omitzero"`
}

// Stepped is a step that took effect, and the room's cursor then.
type Stepped struct {
	Opening string `json:"opening"`
	Rank    uint8  `json:"rank"`
	Cursor  uint64 `json:"cursor"`
}

// Marks are the figures of a snapshot. See queue.Snapshot and queue.Opening for those that have the same names. A program that makes
// marks of less than a snapshot sets Share to 1000 and Quota to -1.
type Marks struct {
	Epoch    uint64                   `json:"epoch"`
	Last     uint64                   `json:"last,omitempty"`
	Given    uint64                   `json:"given,omitempty"`
	Heads    [queue.Lanes]queue.Order `json:"heads,omitzero"`
	Hold     int64                    `json:"hold,omitempty"`
	Waiting  int64                    `json:"waiting,omitempty"`
	Front    int64                    `json:"front,omitempty"`
	Calls    int64                    `json:"calls,omitempty"`
	Asking   int64                    `json:"asking,omitempty"`
	Live     int64                    `json:"live,omitempty"`
	Counted  int64                    `json:"counted,omitempty"` // permille
	Joined   int64                    `json:"joined,omitempty"`
	Called   int64                    `json:"called,omitempty"`
	Admitted int64                    `json:"admitted,omitempty"`
	Finished int64                    `json:"finished,omitempty"`
	Left     int64                    `json:"left,omitempty"`

	Cursor  uint64      `json:"cursor,omitempty"`
	Mapping uint64      `json:"mapping,omitempty"`
	Phase   Phase       `json:"phase,omitzero"`
	Quota   int64       `json:"quota"`
	Per     int64       `json:"per,omitempty"`
	Booked  int64       `json:"booked,omitempty"`
	Reports uint64      `json:"reports,omitempty"`
	Share   int64       `json:"share"`
	Floor   queue.Order `json:"floor,omitempty"`

	Version int64 `json:"version,omitempty"`
	Pace    Pace  `json:"pace"`
}

// Pace is a queue.Pace under the names of the journal.
type Pace struct {
	Mode      queue.Mode `json:"mode"`
	Rate      int64      `json:"rate"`
	MaxInside int64      `json:"max_inside"`
	Burst     int64      `json:"burst"`
	Strict    bool       `json:"strict,omitempty"`
}

// MarksOf are the figures of f.
func MarksOf(f *queue.Snapshot) *Marks {
	o := &f.Opening
	return &Marks{
		Epoch: f.Epoch, Last: f.Last, Given: f.Given, Heads: f.Heads, Hold: f.Hold, Waiting: f.Waiting, Front: f.Front,
		Calls: f.Calls, Asking: f.Asking, Live: f.Live, Counted: f.Counted, Joined: f.Joined, Called: f.Called,
		Admitted: f.Admitted, Finished: f.Finished, Left: f.Left,
		Cursor: o.Cursor, Mapping: o.Mapping, Phase: Phase(o.Phase), Quota: o.Quota, Per: o.Per, Booked: o.Booked,
		Reports: o.Reports, Share: o.Share, Floor: o.Floor, Version: f.Document.Version, Pace: Pace(f.Document.Pace),
	}
}

// by is by when an event took effect that has no time of the store's.
func (e *Event) by() int64 { return max(e.At, e.Until) }

// order is the rank of the place that the event tells of.
func (e *Event) order() queue.Order {
	if e.Order == 0 && e.Number > 0 {
		return queue.OrderOf(e.Epoch, e.Number)
	}
	return e.Order
}

// setPlace writes a place into the event.
func (e *Event) setPlace(p *queue.Place) {
	e.Visitor, e.Epoch, e.Number, e.Lane = ID(p.Visitor), p.Epoch, p.Number, p.Lane
	if p.Order != queue.OrderOf(p.Epoch, p.Number) {
		e.Order = p.Order
	}
}

// setStanding writes an answer into the event.
func (e *Event) setStanding(s *queue.Standing) {
	e.State, e.Reason, e.Until = State(s.State), Reason(s.Reason), s.Until
	if s.Started != 0 {
		e.Started = s.Started
	}
}
