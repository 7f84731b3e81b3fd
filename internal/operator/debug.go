package operator

import (
	"context"
	"encoding/json"
	"fmt"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue"
)

// DebugLine is what a line can do that no configuration asks for yet. Tests and trials reach it by a [DebugAct].
type DebugLine interface {
	Arrive(queue.Arrival) (queue.Joined, error)
	Reveal(ctx context.Context, opening string, seed [32]byte) (inForce [32]byte, err error)
	Find(ctx context.Context, epoch, number uint64) (queue.Located, error)
	Move(ctx context.Context, m queue.Move) (queue.Moved, error)
}

// DebugAct is one act on a room for tests and trials.
type DebugAct interface {
	// Name names the act in records.
	Name() string
	// problems is what is wrong with it whatever the room is.
	problems() []FieldError
	// do answers what can be encoded as JSON, of the type of answer.
	do(ctx context.Context, line Line) (any, error)
	// answer is a new value to decode that JSON into.
	answer() any
}

// AnswerTo is a new value that the answer to an act can be decoded into.
func AnswerTo(act DebugAct) any { return act.answer() }

// Debug does one act with a room for the principal in ctx. Errors are *InvalidError, ErrUnknownRoom, ErrNotAllowed, ErrVersion and the
// store's. It is recorded, whatever comes of it.
func (s *Service) Debug(ctx context.Context, id string, act DebugAct) (answer any, err error) {
	defer func() { s.writeDebug(ctx, id, act.Name(), act, answer, err) }()
	if _, err := s.permitted(ctx, RoleAdmin, id); err != nil {
		return nil, err
	}
	if bad := append(textProblems(act), act.problems()...); len(bad) > 0 {
		return nil, &InvalidError{Fields: bad}
	}
	err = s.with(id, func(r *Room) error {
		var err error
		answer, err = act.do(ctx, r.Line)
		return err
	})
	return answer, err
}

// RefuseDebug records an act that was asked for in a form that cannot be read, and returns the error to answer with, as Refuse does.
func (s *Service) RefuseDebug(ctx context.Context, id, name string, why error) error {
	if _, err := s.seen(ctx, id); err != nil {
		why = err
	}
	s.writeDebug(ctx, id, name, nil, nil, why)
	return why
}

// writeDebug is the one place where these acts are recorded.
func (s *Service) writeDebug(ctx context.Context, room, name string, asked, answer any, err error) {
	n := note{act: "debug: " + name, room: room, asked: jsonOf(asked), err: err}
	if err == nil {
		n.after = jsonOf(answer)
	}
	if !s.keep(PrincipalOf(ctx), &n) {
		return
	}
	fields := append(PrincipalOf(ctx).fields(), zap.String("room", bounded(room)), zap.String("act", name), zap.String("asked", inShort(asked)))
	if err != nil {
		s.log.Warn("operator debug act failed", append(fields, zap.String("error", bounded(err.Error())))...)
		return
	}
	s.log.Info("operator debug act made", append(fields, zap.String("answer", inShort(answer)))...)
}

// inShort is the beginning of a value's JSON.
func inShort(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T cannot be encoded: %v", v, err)
	}
	return bounded(string(text))
}
