package drive_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

type flaws struct{ sameNumber, risingFigure, wrongOrder, tooFast, losesPlaces bool }

// crooked is a gate that breaks one promise, and its admin API.
type crooked struct {
	flaws

	mu      sync.Mutex
	last    uint64
	drawn   uint64
	polls   int64
	called  int64
	started time.Time
}

// wait is until everybody is let in: longer than the grace that the witness gives a snapshot.
const wait = 3200 * time.Millisecond

func (g *crooked) token(n uint64) *http.Cookie {
	g.drawn++
	id := queue.VisitorID{1, byte(g.drawn), byte(g.drawn >> 8)}
	claims := map[string]any{"sub": id.String(), "ep": 1000, "n": n, "exp": time.Now().Add(time.Hour).Unix()}
	data, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	return &http.Cookie{Name: "einlass-termine", Value: "x." + base64.RawURLEncoding.EncodeToString(data) + ".x", Path: "/"}
}

func (g *crooked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch r.URL.Path {
	case "/v1/rooms/termine":
		g.admin(w)
	case "/.einlass/status":
		g.polls++
		ahead, state := int64(5), "waiting"
		if g.risingFigure {
			ahead = g.polls
		}
		if time.Since(g.started) > wait {
			state = "called"
		}
		fmt.Fprintf(w, `{"state":%q,"number":1,"ahead":%d,"next":100}`, state, ahead)
	default:
		g.page(w, r)
	}
}

func (g *crooked) page(w http.ResponseWriter, r *http.Request) {
	c, err := r.Cookie("einlass-termine")
	if err != nil || g.losesPlaces && time.Since(g.started) < 2*time.Second {
		if g.last++; g.sameNumber {
			g.last = 7
		}
		http.SetCookie(w, g.token(g.last))
		w.Header().Set("Einlass-State", "waiting")
		fmt.Fprint(w, `<body data-ahead="5" data-next="100">`)
		return
	}
	http.SetCookie(w, c)
	if time.Since(g.started) < wait {
		w.Header().Set("Einlass-State", "waiting")
		fmt.Fprint(w, `<body data-ahead="5" data-next="100">`)
	}
}

func (g *crooked) admin(w http.ResponseWriter) {
	info := operator.RoomInfo{
		ID: "termine", Rate: 60, Burst: 2, Mode: queue.ModeRun, Version: 1, AsOf: time.Now(), Epoch: 1000, LastNumber: g.last,
		Store: operator.Store{OK: true},
	}
	if g.tooFast {
		g.called += 50
	}
	if g.wrongOrder && time.Since(g.started) > 500*time.Millisecond {
		info.HeadNumber = 1000
	}
	info.Totals.Called = g.called
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set(adminapi.MarkField, adminapi.Mark)
	w.Header().Set("ETag", adminapi.Tag(info.Version))
	_ = json.NewEncoder(w).Encode(info)
}

func TestAGateThatBreaksAPromiseIsFoundOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flaws flaws
		rule  journal.Rule
	}{
		"a number twice":   {flaws{sameNumber: true}, journal.RuleUnique},
		"a figure rises":   {flaws{risingFigure: true}, journal.RuleShown},
		"the head is past": {flaws{wrongOrder: true}, journal.RuleOrder},
		"too many calls":   {flaws{tooFast: true}, journal.RulePace},
		"a place is lost":  {flaws{losesPlaces: true}, ""},
		"nothing is wrong": {flaws{}, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &crooked{flaws: c.flaws, started: time.Now()}
			server := httptest.NewServer(g)
			defer server.Close()
			r, err := drive.Run(t.Context(), drive.Config{
				Target: server.URL, Room: "termine", Admin: server.URL, AdminToken: "the-token-of-the-operators",
				Waves: []drive.Wave{{Over: 100 * time.Millisecond, People: 5}}, Length: 4 * time.Second, Script: []drive.Step{{Path: "/"}},
				Crowd: drive.Crowd{Think: time.Millisecond, Reloads: 1, ReloadEvery: 500 * time.Millisecond},
			})
			if err != nil {
				t.Fatal(err)
			}
			switch c.rule {
			case "none":
				if r.Sworn == "" || r.Broken[string(journal.RuleOrder)]+r.Broken[string(journal.RuleShown)]+r.Broken[string(journal.RulePace)] > 0 {
					t.Errorf("broken %v: %v", r.Broken, r.Violations)
				}
			case "":
				if r.Lost == 0 || r.Kept() {
					t.Error("nobody noticed")
				}
			default:
				if r.Broken[string(c.rule)] == 0 || r.Kept() {
					t.Errorf("broken %v: %v", r.Broken, r.Violations)
				}
			}
		})
	}
}
