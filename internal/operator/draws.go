package operator

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/draws"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// Typed is the line that an official types in for the draw of an opening: of dice or of a lottery, after the start.
type Typed struct {
	Opening string `json:"opening"`
	Line    string `json:"line"`
	Because
}

// DrawsInfo are the published records of a room's draws.
type DrawsInfo struct {
	ID string `json:"id"`
	// Records are as draw.ParseRecord reads them, the latest first; never nil.
	Records []string `json:"records"`
	// Undrawn are the openings of which nothing was drawn, because there was one number or none in the lobby. Their records end with the
	// commitment.
	Undrawn []string `json:"undrawn,omitempty"`
}

// DrawTyped is what has become of a line.
type DrawTyped struct {
	ID      string `json:"id"`
	Opening string `json:"opening"`
	// Line is what counts: without the space around it.
	Line string `json:"line"`
}

// ErrNotNow means that a line does not count now.
var ErrNotNow = draws.ErrNotNow

// Draws returns the records of a room's draws for the principal in ctx, or ErrUnknownRoom or ErrNotAllowed.
func (s *Service) Draws(ctx context.Context, id string) (DrawsInfo, error) {
	r, err := s.permitted(ctx, RoleViewer, id)
	if err != nil {
		return DrawsInfo{}, err
	}
	info := DrawsInfo{ID: r.ID, Records: []string{}}
	if r.Draws != nil {
		for _, text := range r.Draws() {
			info.Records = append(info.Records, string(text))
		}
	}
	if r.Undrawn != nil {
		info.Undrawn = r.Undrawn()
	}
	return info, nil
}

// Type takes the line of an official for the principal in ctx. Errors are *InvalidError, ErrUnknownRoom, ErrNotAllowed, ErrNotNow,
// queue.ErrUnknown and the store's. It is recorded, whatever comes of it.
func (s *Service) Type(ctx context.Context, id string, t Typed) (done DrawTyped, err error) {
	defer func() { s.writeTyped(ctx, id, &t, err) }()
	if _, err := s.permitted(ctx, RoleOperator, id); err != nil {
		return DrawTyped{}, err
	}
	if bad := append(textProblems(&t), t.problems()...); len(bad) > 0 {
		return DrawTyped{}, &InvalidError{Fields: bad}
	}
	done = DrawTyped{ID: id, Opening: t.Opening}
	err = s.with(id, func(r *Room) error {
		v := r.Line.View()
		if !v.Known {
			return queue.ErrUnavailable
		}
		_, err := r.Line.Update(ctx, func(d *queue.Document) (err error) {
			done.Line, err = draws.Type(d, &v.Snapshot, t.Opening, t.Line)
			return err
		})
		return err
	})
	if errors.Is(err, draws.ErrNoDraw) {
		err = fmt.Errorf("%w: %w", queue.ErrUnknown, err)
	}
	return done, err
}

func (t *Typed) problems() (bad []FieldError) {
	if t.Opening == "" {
		bad = append(bad, FieldError{Field: "opening", Detail: "is missing"})
	}
	if err := draw.CheckLine(t.Line); err != nil {
		bad = append(bad, FieldError{Field: "line", Detail: err.Error()})
	}
	return append(bad, reasonProblems(t.Reason)...)
}

// RefuseTyped records a line that came in a form that cannot be read, and returns the error to answer with, as Refuse does.
func (s *Service) RefuseTyped(ctx context.Context, id string, why error) error {
	if _, err := s.seen(ctx, id); err != nil {
		why = err
	}
	s.writeTyped(ctx, id, &Typed{}, why)
	return why
}

// writeTyped is the one place where these are recorded.
func (s *Service) writeTyped(ctx context.Context, room string, t *Typed, err error) {
	if !s.keep(PrincipalOf(ctx), &note{act: ActDrawLine, room: room, reason: t.Reason, asked: jsonOf(t), err: err}) {
		return
	}
	fields := append(PrincipalOf(ctx).fields(), zap.String("room", bounded(room)), zap.String("typed", inShort(t)))
	if err != nil {
		s.log.Warn("line for a draw not taken", append(fields, zap.String("error", bounded(err.Error())))...)
		return
	}
	s.log.Info("line for a draw taken", fields...)
}
