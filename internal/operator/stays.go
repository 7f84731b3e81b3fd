package operator

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// StaysEnd asks that stays end: that of the place which a number and its code name, or all.
type StaysEnd struct {
	Number uint64 `json:"number,omitempty"`
	Code   string `json:"code,omitempty"`
	All    bool   `json:"all,omitempty"`
	Because
	Confirmed
}

// StaysEnded says how many stays were ended.
type StaysEnded struct {
	ID    string `json:"id"`
	Ended int64  `json:"ended"`
}

func (a *StaysEnd) problems() (bad []FieldError) {
	switch {
	case a.All && (a.Number != 0 || a.Code != ""):
		bad = append(bad, FieldError{Field: "all", Detail: "goes without number and code"})
	case !a.All:
		bad = (&PlaceAct{Number: a.Number, Code: a.Code}).problems("")
	}
	if a.Reason == "" {
		bad = append(bad, FieldError{Field: "reason", Detail: "is missing: others will ask why"})
	}
	return bad
}

// EndStays ends stays for the principal in ctx: whoever had one is inside no more, at any gateway, and needs a new number. Errors are
// *InvalidError, *ConfirmError, ErrUnknownRoom, ErrNotAllowed, ErrPlaceNotNow, queue.ErrUnknown and the store's. It is recorded, without the
// code, whatever comes of it but the question.
func (s *Service) EndStays(ctx context.Context, id string, a StaysEnd) (ended StaysEnded, err error) {
	defer func() { s.writeStays(ctx, id, &a, ended.Ended, err) }()
	if _, err := s.permitted(ctx, RoleOperator, id); err != nil {
		return ended, err
	}
	if bad := append(append(a.problems(), textProblems(&a)...), reasonProblems(a.Reason)...); len(bad) > 0 {
		return ended, &InvalidError{Fields: bad}
	}
	ended.ID = id
	says := s.confirmation(ctx, id, a.Confirm)
	err = s.with(id, func(r *Room) (err error) {
		if !r.Line.View().Known {
			return queue.ErrUnavailable
		}
		if a.All {
			ended.Ended, err = r.endAll(ctx, says)
			return err
		}
		ended.Ended, err = r.endOne(ctx, &a, says)
		return err
	})
	return ended, err
}

func (r *Room) endAll(ctx context.Context, says *confirmation) (ended int64, err error) {
	f := &r.Line.View().Snapshot
	words := fmt.Sprintf("%s inside lose their stay", people(f.Live))
	if f.Live == 1 {
		words = "1 person inside loses their stay"
	}
	if err := says.given(f.Now, effect{kind: EffectStaysEnd, count: f.Live, words: words}); err != nil {
		return 0, err
	}
	return r.Line.EndStays(ctx)
}

func (r *Room) endOne(ctx context.Context, a *StaysEnd, says *confirmation) (ended int64, err error) {
	if r.Places == nil {
		return 0, queue.ErrUnavailable
	}
	t, err := r.named(a.Number, a.Code)
	if err != nil {
		return 0, err
	}
	p, _ := r.Places.Line.Place(t)
	found, visitor, err := r.Places.Names.Where(ctx, p)
	switch {
	case err != nil:
		return 0, err
	case found.State != queue.StateInside && (found.State != queue.StateMissed || found.Reason != queue.ReasonOver):
		return 0, fmt.Errorf("%w: nobody is inside with this place", ErrPlaceNotNow)
	}
	asks := effect{
		kind: EffectStayEnd, count: int64(a.Number), exact: true,
		words: fmt.Sprintf("the person inside with the number %s loses their stay", plan.Figure(int64(a.Number))),
	}
	if err := says.given(r.Line.View().Snapshot.Now, asks); err != nil {
		return 0, err
	}
	if _, err := r.Line.Move(ctx, queue.Move{Act: queue.ActEnd, Visitor: visitor}); err != nil {
		return 0, err
	}
	return 1, nil
}

// RefuseStays records an act on stays that came in a form that cannot be read, and returns the error to answer with, as Refuse does.
func (s *Service) RefuseStays(ctx context.Context, id string, why error) error {
	if _, err := s.seen(ctx, id); err != nil {
		why = err
	}
	s.writeStays(ctx, id, &StaysEnd{}, 0, why)
	return why
}

// writeStays is the one place where these are recorded.
func (s *Service) writeStays(ctx context.Context, room string, a *StaysEnd, ended int64, err error) {
	if asked(err) {
		return
	}
	n := note{act: "stays: end", room: room, reason: a.Reason, asked: objectOf([]zap.Field{zap.Bool("all", a.All), zap.Uint64("number", a.Number)}), err: err}
	if err == nil {
		n.after = objectOf([]zap.Field{zap.Int64("ended", ended)})
	}
	if !s.keep(PrincipalOf(ctx), &n) {
		return
	}
	fields := append(PrincipalOf(ctx).fields(), zap.String("room", bounded(room)), zap.Bool("all", a.All), zap.Uint64("number", a.Number),
		zap.String("reason", bounded(a.Reason)))
	if err != nil {
		s.log.Warn("stays not ended", append(fields, zap.String("error", bounded(err.Error())))...)
		return
	}
	s.log.Info("stays ended", append(fields, zap.Int64("ended", ended))...)
}
