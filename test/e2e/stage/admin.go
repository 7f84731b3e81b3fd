package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/adminapi"
)

// Figures asks the gateway's admin API for a room. Safe for concurrent use.
func (g *Gate) Figures(ctx context.Context, room string) (adminapi.RoomInfo, error) {
	return g.operate(ctx, http.MethodGet, room, "")
}

// Room is Figures for the room "termine", in the test's goroutine.
func (g *Gate) Room(tb testing.TB) adminapi.RoomInfo {
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
	if _, err := g.operate(tb.Context(), http.MethodPatch, "termine", patch); err != nil {
		tb.Fatal(err)
	}
}

func (g *Gate) operate(ctx context.Context, method, room, patch string) (info adminapi.RoomInfo, err error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+g.Admin+"/v1/rooms/"+room, strings.NewReader(patch))
	if err != nil {
		return info, err
	}
	req.Header.Set("Authorization", "Bearer "+OperatorToken)
	if patch != "" {
		req.Header.Set("Content-Type", "application/merge-patch+json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return info, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return info, fmt.Errorf("admin API: %s %s: %s", method, patch, res.Status)
	}
	return info, json.NewDecoder(res.Body).Decode(&info)
}
