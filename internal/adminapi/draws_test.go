package adminapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/operator"
)

func TestDrawsAreShownAndLinesAreTaken(t *testing.T) {
	p := newPlanned(t, "2026-12-01T07:00:00Z")
	service, err := operator.New(func() []operator.Room {
		return []operator.Room{{
			ID: "termine", Line: p.room, Backends: func() []operator.Backend { return nil },
			Draws:   func() [][]byte { return [][]byte{[]byte("one\n"), []byte("two\n")} },
			Undrawn: func() []string { return []string{"eight"} },
		}}
	}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	url := serveOperators(t, service, Config{})
	as := func(method, path, body string) (int, string) {
		t.Helper()
		r, text := ask(t, method, url+path, body, "Authorization", "Bearer "+token, "Content-Type", "application/json")
		if r.StatusCode == http.StatusOK && r.Header.Get(RoomField) != "termine" {
			t.Errorf("%s %s is about room %q", method, path, r.Header.Get(RoomField))
		}
		return r.StatusCode, strings.TrimSpace(text)
	}
	if status, text := as("GET", "/v1/rooms/termine/draws", ""); status != 200 || text != `{"id":"termine","records":["one\n","two\n"],"undrawn":["eight"]}` {
		t.Errorf("%d %s", status, text)
	}
	if status, _ := as("GET", "/v1/rooms/nowhere/draws", ""); status != 404 {
		t.Errorf("no such room: %d", status)
	}
	change := `{"opening": "eight", "line": "1 2 3", "reason": "dice"}`
	for body, want := range map[string]string{
		change:                             `"code":"unknown"`,
		`{"opening": "eight"}`:             `"field":"line"`,
		`{"opening": "eight", "lines": 1}`: "lines",
		`{"opening"`:                       `"code":"malformed"`,
	} {
		if status, text := as("POST", "/v1/rooms/termine/draws/line", body); status < 400 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
	d := p.room.View().Snapshot.Document
	d.SetDraws(`[{"opening":"eight","key":"k","beacon":"typed"}]`)
	if _, err := p.store.Settle(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	p.pass(time.Second)
	if status, text := as("POST", "/v1/rooms/termine/draws/line", change); status != 409 || !strings.Contains(text, `"code":"not_now"`) {
		t.Errorf("before the start: %d %s", status, text)
	}
}
