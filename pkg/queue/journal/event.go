// Package journal writes down what a store answered and checks the rules of the line on it.
//
// An [Event] is one answer about one visitor, one snapshot, one change of the controls, or one thing that was done to the
// store; it is JSON-serialisable, one object a line. [Recorder] wraps any queue.Store and produces events.
// [Invariants] reads them as a stream, in memory bounded by the places that are live, and reports each [Violation]:
//
//  1. no number is given twice, numbers are dense, nobody is overtaken, a shown position does not rise;
//  2. never more calls than the pace allows, in any span;
//  3. an absent place is not called, a present one is not passed over, one that comes back goes to the front;
//  4. one ticket buys one stay;
//  6. no visitor that stays loses its place.
//
// A [File] keeps the journal of one process in a way that outlives it, and [Merge] reads those of several together.
//
// # Files
//
// A file is JSON lines: a [Header], then for every verb that can change something an intent (what is about to be sent,
// for whom), and its answers. Each of the two is one write(2) and nothing is flushed to disk: a process that is killed
// loses no line, but a machine that loses power may. Answers are written before they are handed on.
//
// A process can be killed between the store's work and the answer. Then there is an intent without an answer, which becomes
// Uncertain for every visitor that it names: the store may have done it or not, at any time from its sending until
// [Invariants] has read five seconds of the store's later answers. It raises no violation either way. It excuses only the
// visitors that it names and, for an arrival, one missing number each; all other evidence stays in force.
//
// A file that cannot be written says so in its header, overwritten in place, because a full disk has no space for another
// line. What its process did from then on is unknown, so the whole merged journal ends there, and [Merged] says where.
//
// The checks use nothing of a store but its answers, so they hold for any store: the differential driver, the simulation, the
// load test, the chaos runs and the report after an opening use this one implementation.
//
// The package imports only pkg/queue.
package journal

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// Kind says what an event tells.
type Kind string

// The kinds of events and the fields that each has besides At and Kind.
const (
	// Join, Keep and Claim are answers about one place: Visitor, Epoch, Number, State, Until; Keep also Away. A Join that
	// was answered taken has Visitor alone.
	Join  Kind = "join"
	Keep  Kind = "keep"
	Claim Kind = "claim"
	// Renew is the answer about one stay: Visitor, State, Until.
	Renew Kind = "renew"
	// Finish and Leave were answered without an error: Visitor.
	Finish Kind = "finish"
	Leave  Kind = "leave"
	// Uncertain: a verb for Visitor was sent and may or may not have taken effect; Verb names it.
	Uncertain Kind = "uncertain"
	// Snapshot is what Advance or Snapshot answered: the field Snapshot.
	Snapshot Kind = "frame"
	// Control is a change of the controls: Control, as stored.
	Control Kind = "control"
	// Restore was answered without an error: Watermark.
	Restore Kind = "restore"
	// Lose: the store may have lost some or all of its state. The program that breaks a store writes this.
	Lose Kind = "lose"
	// Shown is what a visitor was told: Visitor, Epoch, Number, Ahead.
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
	State   State  `json:"state,omitempty"`
	Until   int64  `json:"until,omitempty"` // of a Restore: by when it took effect, as Merge finds
	Away    bool   `json:"away,omitempty"`
	Ahead   int64  `json:"ahead,omitempty"`
	Verb    Kind   `json:"verb,omitempty"`

	Snapshot  *Marks           `json:"frame,omitempty"`
	Control   *queue.Control   `json:"control,omitempty"`
	Watermark *queue.Watermark `json:"memory,omitempty"`
}

// Marks are the figures of a snapshot.
type Marks struct {
	Epoch    uint64        `json:"epoch"`
	Last     uint64        `json:"last"`
	Head     queue.Order   `json:"head"`
	Waiting  int64         `json:"waiting"`
	Front    int64         `json:"front"`
	Calls    int64         `json:"calls"`
	Inside   int64         `json:"inside"`
	Joined   int64         `json:"joined"`
	Called   int64         `json:"called"`
	Admitted int64         `json:"admitted"`
	Control  queue.Control `json:"control"`
}

// MarksOf are the figures of f.
func MarksOf(f queue.Snapshot) *Marks {
	return &Marks{
		Epoch: f.Epoch, Last: f.Last, Head: f.Head, Waiting: f.Waiting, Front: f.Front, Calls: f.Calls,
		Inside: f.Inside, Joined: f.Joined, Called: f.Called, Admitted: f.Admitted, Control: f.Control,
	}
}

// place is the place the event tells of.
func (e *Event) place() queue.Place {
	return queue.Place{Visitor: queue.VisitorID(e.Visitor), Epoch: e.Epoch, Number: e.Number}
}

// ID is a visitor's id that reads as its text in JSON.
type ID queue.VisitorID

// MarshalText is the id as tokens carry it.
func (id ID) MarshalText() ([]byte, error) { return []byte(queue.VisitorID(id).String()), nil }

// UnmarshalText reads what MarshalText wrote; anything else is queue.ErrInvalid.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := queue.ParseVisitorID(string(text))
	*id = ID(parsed)
	return err
}

// State is a place's state that reads as its name in JSON.
type State queue.State

// MarshalText is the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(queue.State(s).String()), nil }

// UnmarshalText reads what MarshalText wrote; anything else is queue.ErrInvalid.
func (s *State) UnmarshalText(text []byte) error {
	for state := queue.StateWaiting; state <= queue.StateSpent; state++ {
		if state.String() == string(text) {
			*s = State(state)
			return nil
		}
	}
	return fmt.Errorf("state %q: %w", text, queue.ErrInvalid)
}
