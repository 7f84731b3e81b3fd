package adminapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/operator"
)

func TestAlertsAreThoseOfTheRoomsThatSomebodySees(t *testing.T) {
	s := &Server{cfg: Config{Alerts: func() []alerts.Alert {
		return []alerts.Alert{{Name: "A", Room: "a"}, {Name: "B", Room: "b"}, {Name: "G"}}
	}}}
	for _, c := range []struct {
		rooms []string
		want  string
	}{{nil, "ABG"}, {[]string{"b"}, "BG"}, {[]string{}, "G"}} {
		r, err := http.NewRequestWithContext(operator.NewContext(t.Context(), operator.Principal{Role: operator.RoleViewer, Rooms: c.rooms}), http.MethodGet, "/v1/alerts", nil)
		if err != nil {
			t.Fatal(err)
		}
		got := answered[AlertList](t, s.listAlerts, r)
		names := ""
		for _, a := range got.Alerts {
			names += a.Name
		}
		if names != c.want {
			t.Errorf("who sees %q: %q, want %q", c.rooms, names, c.want)
		}
	}
}

// answered is what a handler answers with.
func answered[T any](t *testing.T, handle http.HandlerFunc, r *http.Request) (got T) {
	w := httptest.NewRecorder()
	handle(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
		t.Fatalf("status %d, %v: %s", w.Code, err, w.Body)
	}
	return got
}
