package queue

import "fmt"

// State is where a visitor stands, as a store answers it.
type State uint8

const (
	// StateUnknown: it cannot be told yet. Nothing has changed; ask again.
	StateUnknown State = iota
	// StateLobby: the number counts in a lobby, or in a draw whose seed is not known. The store keeps nothing of it.
	StateLobby
	// StateWaiting: in the line.
	StateWaiting
	// StateFront: back after the head has passed; called before all places in the lines.
	StateFront
	// StateCalled: it is this visitor's turn until Until.
	StateCalled
	// StateFull: it is this visitor's turn, and the room is full. It keeps the turn as long as it asks again within Confirm.
	StateFull
	// StateMissed: it was passed over while absent, its call was not claimed, or its stay ran out and may be resumed; see
	// Reason. A Claim brings it back.
	StateMissed
	// StateInside: its stay lives until Until.
	StateInside
	// StateSpent: the ticket is worth nothing any more; see Reason. A new arrival gets a new number.
	StateSpent
	// StateRefused: no number is given; see Reason.
	StateRefused
	// StateTaken: another visitor has this id, or had it. Only Join and Move answer it: draw another id.
	StateTaken
)

var stateNames = [...]string{
	"unknown", "lobby", "waiting", "front", "called", "full", "missed", "inside", "spent", "refused", "taken",
}

// String is the state's lower-case name.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// Reason is why a visitor stands where it stands. Pages say something different for each.
type Reason uint8

const (
	ReasonNone Reason = iota
	// Of StateMissed.
	ReasonAbsent // passed over while absent
	ReasonLapsed // the call was not claimed
	ReasonOver   // the stay ran out, and may be resumed
	// Of StateFront and StateCalled.
	ReasonAgain // a call lapsed before: the next lapse ends the ticket
	// Of StateSpent.
	ReasonFloor    // the line was closed below this order
	ReasonFinished // the stay was finished
	ReasonLeft     // the place or stay was given up
	ReasonTwice    // a second call lapsed
	ReasonMoved    // it goes on under another id
	ReasonRemoved  // by an operator
	ReasonExpired  // the stay is over and cannot be resumed
	// Of StateSpent and StateRefused.
	ReasonCode // the code was used by others
	// Of StateRefused.
	ReasonClosed  // no places are given now
	ReasonLimit   // so many wait already
	ReasonSoldOut // everything is booked, and enough stand by
)
