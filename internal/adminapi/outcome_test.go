package adminapi

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

const reportToken = "what a site may say: bookings"

// A token for bookings says what was booked. Whatever else there is refuses it.
func TestTheTokenForBookingsDoesNothingElse(t *testing.T) {
	p := newPlanned(t, "2026-12-01T07:00:00Z")
	service, err := operator.New(func() []operator.Room {
		return []operator.Room{{
			ID: "termine", Line: p.room, Backends: func() []operator.Backend { return nil },
			Ref: func(_ queue.OutcomeKind, name string) queue.Code {
				return queue.Code([]byte(name + strings.Repeat("-", 16))[:16])
			},
		}}
	}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	url := serveOperators(t, service, Config{ReportToken: reportToken})
	as := func(token, method, path, body string) (int, string) {
		t.Helper()
		r, text := ask(t, method, url+path, body, "Authorization", "Bearer "+token, "Content-Type", "application/json")
		return r.StatusCode, text
	}
	const outcomes = "/v1/rooms/termine/outcomes"
	for _, body := range []string{`{"booked": 2, "ref": "A17"}`, `{"booked": 2, "ref": "A17"}`} {
		if status, text := as(reportToken, "POST", outcomes, body); status != http.StatusOK || !strings.Contains(text, `"id":"termine"`) {
			t.Fatalf("%s: %d %s", body, status, text)
		}
	}
	p.room.Tick(context.Background())
	if n := p.room.View().Snapshot.Opening.Booked; n != 2 {
		t.Errorf("%d are booked, want 2", n)
	}
	for _, row := range (&Server{cfg: Config{Log: zap.NewNop()}}).routes() {
		if row.role == operator.RolePublic || row.path == "/v1/rooms/{id}/outcomes" || row.method == "" {
			continue
		}
		path := strings.ReplaceAll(row.path, "{id}", "termine")
		if status, _ := as(reportToken, row.method, path, "{}"); status != http.StatusForbidden {
			t.Errorf("%s %s: %d", row.method, path, status)
		}
	}
	for body, want := range map[string]int{
		`{"total": 3}`:              http.StatusForbidden, // for operators
		`{"booked": 1}`:             http.StatusUnprocessableEntity,
		`{"colour": "red"}`:         http.StatusUnprocessableEntity,
		`[]`:                        http.StatusUnprocessableEntity,
		`{"booked"`:                 http.StatusBadRequest,
		`{"sold_out": true}`:        http.StatusUnprocessableEntity, // no quota
		`{"booked": 1, "ref": "b"}`: http.StatusOK,
	} {
		if status, text := as(reportToken, "POST", outcomes, body); status != want {
			t.Errorf("%s: %d %s, want %d", body, status, text, want)
		}
	}
	if status, text := as(token, "POST", outcomes, `{"total": 3}`); status != http.StatusOK || !strings.Contains(text, `"booked":3`) {
		t.Errorf("an operator's correction: %d %s", status, text)
	}
	if status, _ := as("wrong", "POST", outcomes, `{"booked": 1, "ref": "c"}`); status != http.StatusUnauthorized {
		t.Errorf("a wrong token: %d", status)
	}
	if status, text := as(reportToken, "POST", "/v1/rooms/nowhere/outcomes", `{"booked": 1, "ref": "d"}`); status != http.StatusNotFound {
		t.Errorf("no such room: %d %s", status, text)
	}
}

// Without a token for bookings, an empty one is none.
func TestWithoutATokenForBookingsNobodyTellsThem(t *testing.T) {
	url := serve(t, &town{}, Config{})
	r, _ := ask(t, "POST", url+"/v1/rooms/termine/outcomes", `{"sold_out": true}`, "Authorization", "Bearer ", "Content-Type", "application/json")
	if r.StatusCode != http.StatusUnauthorized {
		t.Errorf("%d", r.StatusCode)
	}
}
