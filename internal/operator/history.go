package operator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/einlass/einlass/internal/history"
)

// HistoryAsked is which part of a room's history somebody wants to see.
type HistoryAsked struct {
	// Span is how far back from now; 0: history.DefaultSpan. Points is in how many values a figure at most; 0: history.DefaultPoints.
	Span   time.Duration
	Points int
}

// HistoryInfo is a part of a room's history, as this gateway has seen it.
type HistoryInfo struct {
	ID string `json:"id"`
	history.Answer
}

// ErrNoHistory means that this gateway keeps no history of the room.
var ErrNoHistory = errors.New("this gateway keeps no history of the room")

// History returns a part of a room's history. Errors are *InvalidError, ErrUnknownRoom, ErrNotAllowed and ErrNoHistory.
func (s *Service) History(ctx context.Context, id string, asked HistoryAsked) (HistoryInfo, error) {
	r, err := s.permitted(ctx, RoleViewer, id)
	if err != nil {
		return HistoryInfo{}, err
	}
	if bad := asked.problems(); len(bad) > 0 {
		return HistoryInfo{}, &InvalidError{Fields: bad}
	}
	if asked.Span == 0 {
		asked.Span = history.DefaultSpan
	}
	if asked.Points == 0 {
		asked.Points = history.DefaultPoints
	}
	if r.History == nil {
		return HistoryInfo{}, fmt.Errorf("%q: %w", id, ErrNoHistory)
	}
	return HistoryInfo{ID: r.ID, Answer: r.History(asked.Span, asked.Points)}, nil
}

func (a *HistoryAsked) problems() (bad []FieldError) {
	if a.Span != 0 && (a.Span < history.MinSpan || a.Span > history.Kept) {
		bad = append(bad, FieldError{Field: "span", Detail: fmt.Sprintf("is %v: want %v to %v, as 15m, 2h or 24h", a.Span, history.MinSpan, history.Kept)})
	}
	if a.Points < 0 || a.Points > history.MaxPoints {
		bad = append(bad, FieldError{Field: "points", Detail: fmt.Sprintf("is %d: want 1 to %d", a.Points, history.MaxPoints)})
	}
	return bad
}
