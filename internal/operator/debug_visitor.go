package operator

import (
	"context"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// DebugStanding is where a visitor stands, as answers to acts say it.
type DebugStanding struct {
	State  journal.State  `json:"state"`
	Reason journal.Reason `json:"reason,omitempty"`
	// Until and Started are in milliseconds since 1970.
	Until   int64 `json:"until,omitempty"`
	Started int64 `json:"started,omitempty"`
}

func standing(s queue.Standing) DebugStanding {
	return DebugStanding{journal.State(s.State), journal.Reason(s.Reason), s.Until, s.Started}
}

// DebugJoin takes a place for a new visitor that has no browser. It answers a DebugPlace.
type DebugJoin struct {
	Lane uint8      `json:"lane,omitempty"`
	Code journal.ID `json:"code,omitzero"`
	// Uses is how many visitors may use the code; 0: one.
	Uses uint8 `json:"uses,omitempty"`
	Because
}

// Name implements DebugAct.
func (a *DebugJoin) Name() string { return "join" }

func (*DebugJoin) answer() any { return new(DebugPlace) }

// DebugPlace is a place that was given.
type DebugPlace struct {
	DebugStanding
	Visitor journal.ID `json:"visitor,omitzero"`
	Epoch   uint64     `json:"epoch,omitempty"`
	Number  uint64     `json:"number,omitempty"`
	// Order is a number of up to 53 bits.
	Order queue.Order `json:"order,omitempty"`
	Lane  uint8       `json:"lane,omitempty"`
}

func (a *DebugJoin) do(_ context.Context, line Line) (any, error) {
	j, err := line.Arrive(queue.Arrival{Lane: a.Lane, Code: queue.Code(a.Code), Uses: max(1, a.Uses)})
	p := j.Place
	return DebugPlace{standing(j.Standing), journal.ID(p.Visitor), p.Epoch, p.Number, p.Order, p.Lane}, err
}

// DebugReport tells outcomes. It answers how many.
type DebugReport struct {
	Outcomes []Outcome `json:"outcomes"`
	Because
}

// Outcome is a queue.Outcome as it is written in JSON.
type Outcome struct {
	Kind    *journal.OutcomeKind `json:"kind"`
	Visitor journal.ID           `json:"visitor,omitzero"`
	Count   int64                `json:"count,omitempty"`
	Ref     journal.ID           `json:"ref,omitzero"`
}

// Name implements DebugAct.
func (a *DebugReport) Name() string { return "report" }

func (*DebugReport) answer() any { return new(DebugTold) }

func (a *DebugReport) problems() []FieldError {
	bad := a.Because.problems()
	for _, o := range a.Outcomes {
		if o.Kind == nil {
			bad = append(bad, FieldError{Field: "outcomes", Detail: "each wants a kind: booked, freed, finished or total"})
		}
	}
	if n := len(a.Outcomes); n < 1 || n > queue.MaxBatch {
		bad = append(bad, FieldError{Field: "outcomes", Detail: "want 1 to 512 of them"})
	}
	return bad
}

// DebugTold is the answer to DebugReport.
type DebugTold struct {
	Told int `json:"told"`
}

func (a *DebugReport) do(ctx context.Context, line Line) (any, error) {
	outcomes := make([]queue.Outcome, len(a.Outcomes))
	for i, o := range a.Outcomes {
		outcomes[i] = queue.Outcome{
			Kind: queue.OutcomeKind(*o.Kind), Visitor: queue.VisitorID(o.Visitor), Count: o.Count, Ref: queue.Code(o.Ref),
		}
	}
	return DebugTold{len(outcomes)}, line.Report(ctx, outcomes...)
}

// DebugFind finds the visitor whose page shows a number. It answers a DebugFound.
type DebugFind struct {
	// Epoch is that of the ticket; 0: of the line as it is now.
	Epoch  uint64 `json:"epoch,omitempty"`
	Number uint64 `json:"number"`
}

// Name implements DebugAct.
func (a *DebugFind) Name() string { return "find" }

func (*DebugFind) answer() any { return new(DebugFound) }

func (a *DebugFind) problems() (bad []FieldError) {
	if a.Epoch >= 1<<31 {
		bad = append(bad, FieldError{Field: "epoch", Detail: "want less than 2147483648"})
	}
	if a.Number < 1 || a.Number > queue.MaxNumber {
		bad = append(bad, FieldError{Field: "number", Detail: "want 1 or more"})
	}
	return bad
}

// DebugFound is a visitor that was found.
type DebugFound struct {
	DebugStanding
	Visitor journal.ID `json:"visitor"`
	// Set is where the store has it, At the time that it notes there, in store milliseconds.
	Set    string      `json:"set"`
	At     int64       `json:"at"`
	Order  queue.Order `json:"order"`
	Number uint64      `json:"number"`
}

func (a *DebugFind) do(ctx context.Context, line Line) (any, error) {
	f, err := line.Find(ctx, a.Epoch, a.Number)
	return DebugFound{standing(f.Standing), journal.ID(f.Visitor), f.Set, f.At, f.Order, f.Number}, err
}

// DebugMove does an operator's act with one visitor; "end" without a visitor ends all stays. It answers a DebugMoved.
type DebugMove struct {
	Act     *journal.Act `json:"act"`
	Visitor journal.ID   `json:"visitor,omitzero"`
	// Ref makes a repeated act one; without it each is a new one.
	Ref journal.ID `json:"ref,omitzero"`
	// To is the other id of "hand".
	To journal.ID `json:"to,omitzero"`
	Because
}

// Name implements DebugAct.
func (a *DebugMove) Name() string { return "move" }

func (*DebugMove) answer() any { return new(DebugMoved) }

func (a *DebugMove) problems() []FieldError {
	bad := a.Because.problems()
	if a.Act == nil {
		bad = append(bad, FieldError{Field: "act", Detail: "want front, remove, end or hand"})
	}
	return bad
}

// DebugMoved is where the visitor stands then, and how many stays are left to be ended.
type DebugMoved struct {
	DebugStanding
	Left int64 `json:"left,omitempty"`
}

func (a *DebugMove) do(ctx context.Context, line Line) (any, error) {
	moved, err := line.Move(ctx, queue.Move{
		Act: queue.Act(*a.Act), Visitor: queue.VisitorID(a.Visitor), Ref: queue.Code(a.Ref), To: queue.VisitorID(a.To),
	})
	return DebugMoved{standing(moved.Standing), moved.Left}, err
}
