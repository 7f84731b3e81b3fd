package journal

import (
	"fmt"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// The types of this file read as their names in JSON. Whatever is not such a name is queue.ErrInvalid.

// ID is a visitor's id, or a reference.
type ID queue.VisitorID

// MarshalText is the id as tokens carry it.
func (id ID) MarshalText() ([]byte, error) { return []byte(queue.VisitorID(id).String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := queue.ParseVisitorID(string(text))
	*id = ID(parsed)
	return err
}

// State is where a visitor stands.
type State queue.State

// MarshalText is the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(queue.State(s).String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *State) UnmarshalText(text []byte) error {
	for state := queue.StateUnknown; state <= queue.StateTaken; state++ {
		if state.String() == string(text) {
			*s = State(state)
			return nil
		}
	}
	return fmt.Errorf("state %q: %w", text, queue.ErrInvalid)
}

// Phase is what a room is doing.
type Phase queue.Phase

// MarshalText is the phase's name.
func (p Phase) MarshalText() ([]byte, error) { return []byte(queue.Phase(p).String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (p *Phase) UnmarshalText(text []byte) error {
	for phase := queue.PhaseOpen; phase <= queue.PhaseThrough; phase++ {
		if phase.String() == string(text) {
			*p = Phase(phase)
			return nil
		}
	}
	return fmt.Errorf("phase %q: %w", text, queue.ErrInvalid)
}

// Reason is why a visitor stands where it stands.
type Reason queue.Reason

var reasonNames = [...]string{
	queue.ReasonNone: "", queue.ReasonAbsent: "absent", queue.ReasonLapsed: "lapsed", queue.ReasonOver: "over",
	queue.ReasonAgain: "again", queue.ReasonFloor: "floor", queue.ReasonFinished: "finished", queue.ReasonLeft: "left",
	queue.ReasonTwice: "twice", queue.ReasonMoved: "moved", queue.ReasonRemoved: "removed", queue.ReasonExpired: "expired",
	queue.ReasonCode: "code", queue.ReasonClosed: "closed", queue.ReasonLimit: "limit", queue.ReasonSoldOut: "soldout",
}

// MarshalText is the reason's name.
func (r Reason) MarshalText() ([]byte, error) { return nameOf(reasonNames[:], int(r)) }

// UnmarshalText reads what MarshalText wrote.
func (r *Reason) UnmarshalText(text []byte) error {
	i, err := named(reasonNames[:], text)
	*r = Reason(i)
	return err
}

// OutcomeKind is what became of a stay, or of the site's stock.
type OutcomeKind queue.OutcomeKind

var outcomeNames = [...]string{
	queue.Finished: "finished", queue.Booked: "booked", queue.Freed: "freed", queue.Total: "total",
}

// MarshalText is the outcome's name.
func (k OutcomeKind) MarshalText() ([]byte, error) { return nameOf(outcomeNames[:], int(k)) }

// UnmarshalText reads what MarshalText wrote.
func (k *OutcomeKind) UnmarshalText(text []byte) error {
	i, err := named(outcomeNames[:], text)
	*k = OutcomeKind(i)
	return err
}

// Act is what an operator, or a hand-over, does.
type Act queue.Act

var actNames = [...]string{queue.ActFront: "front", queue.ActRemove: "remove", queue.ActEnd: "end", queue.ActHand: "hand"}

// MarshalText is the act's name.
func (a Act) MarshalText() ([]byte, error) { return nameOf(actNames[:], int(a)) }

// UnmarshalText reads what MarshalText wrote.
func (a *Act) UnmarshalText(text []byte) error {
	i, err := named(actNames[:], text)
	*a = Act(i)
	return err
}

func nameOf(names []string, i int) ([]byte, error) {
	if i >= len(names) {
		return nil, fmt.Errorf("%d has no name in a journal: %w", i, queue.ErrInvalid)
	}
	return []byte(names[i]), nil
}

func named(names []string, text []byte) (int, error) {
	i := slices.Index(names, string(text))
	if i < 0 {
		return 0, fmt.Errorf("%q: %w", text, queue.ErrInvalid)
	}
	return i, nil
}
