package harness

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
)

// Figures asks the gateway's admin API for a room. Safe for concurrent use.
func (g *Gate) Figures(ctx context.Context, room string) (operator.RoomInfo, error) {
	return g.Operators.Room(ctx, room)
}

// Room is Figures for the room "termine", in the test's goroutine.
func (g *Gate) Room(tb testing.TB) operator.RoomInfo {
	tb.Helper()
	info, err := g.Figures(tb.Context(), "termine")
	if err != nil {
		tb.Fatal(err)
	}
	return info
}

// Set changes the controls of the room "termine" by a merge patch, as in `{"rate": 600}`.
func (g *Gate) Set(tb testing.TB, patch string) {
	tb.Helper()
	var change operator.Change
	strict := json.NewDecoder(strings.NewReader(patch))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&change); err != nil {
		tb.Fatal(err)
	}
	_, err := g.Operators.Update(tb.Context(), "termine", change)
	var asks *adminclient.Error
	if errors.Is(err, adminclient.ErrConfirm) && errors.As(err, &asks) {
		change.Confirm = asks.Confirm
		_, err = g.Operators.Update(tb.Context(), "termine", change)
	}
	if err != nil {
		tb.Fatal(err)
	}
}
