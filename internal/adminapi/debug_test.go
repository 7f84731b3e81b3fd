package adminapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// trial is an admin API over one room with an embedded store.
func trial(t *testing.T) (url string, room *queue.Room, logs *observer.ObservedLogs) {
	t.Helper()
	store, err := memstore.New(memstore.Config{})
	if err != nil {
		t.Fatal(err)
	}
	room, err = queue.NewRoom(store, queue.RoomConfig{
		Document:   queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 60, Burst: 2}, Timing: queue.DefaultTiming()},
		FirstStart: true, Visitors: 16,
	})
	if err != nil {
		t.Fatal(err)
	}
	room.Tick(t.Context())
	core, logs := observer.New(zapcore.InfoLevel)
	service, err := operator.New(func() []operator.Room {
		return []operator.Room{{ID: "termine", Line: room, Backends: func() []operator.Backend { return nil }}}
	}, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	return serveOperators(t, service, Config{}), room, logs
}

func TestActsOfTrialsAreAskedForByHTTP(t *testing.T) {
	url, room, logs := trial(t)
	at := func(act string) string { return url + "/v1/rooms/termine/debug/" + act }
	said := func(method, act, body string, to any) {
		t.Helper()
		resp, text := ask(t, method, at(act), body, "Content-Type", jsonType)
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != jsonType {
			t.Fatalf("%s: %d %s", act, resp.StatusCode, text)
		}
		if err := json.Unmarshal([]byte(text), to); err != nil {
			t.Fatal(err)
		}
		if all := logs.TakeAll(); len(all) != 1 || all[0].Message != "operator debug act made" || all[0].ContextMap()["principal"] != "token" {
			t.Errorf("%s: records %v", act, all)
		}
	}
	var place, found operator.DebugPlace
	said("POST", "join", `{"lane": 1}`, &place)
	if place.Number == 0 || queue.State(place.State) != queue.StateWaiting {
		t.Fatalf("%+v", place)
	}
	said("GET", "find?number=1", "", &found)
	if found.Visitor != place.Visitor {
		t.Errorf("found %+v", found)
	}
	id := queue.VisitorID(place.Visitor).String()
	var moved operator.DebugMoved
	said("POST", "move", `{"act": "front", "visitor": "`+id+`", "reason": "Probe"}`, &moved)
	if queue.State(moved.State) != queue.StateFront {
		t.Errorf("moved %+v", moved)
	}
	var version operator.DebugVersion
	later := time.UnixMilli(room.Now()).Add(time.Hour).UTC().Format(time.RFC3339)
	said("POST", "plan", `{"steps": [{"at": "`+later+`", "opening": "o", "rank": 1, "phase": "lobby"}]}`, &version)
	said("POST", "report", `{"outcomes": [{"kind": "total", "count": 7}]}`, &operator.DebugTold{})
	room.Tick(t.Context())
	resp, text := ask(t, "GET", at("snapshot"), "")
	var picture operator.DebugPicture
	if err := json.Unmarshal([]byte(text), &picture); err != nil {
		t.Fatal(err)
	}
	s := &picture.Snapshot
	if resp.StatusCode != 200 || s.Front != 1 || len(s.Document.Plan) != 1 || s.Opening.Booked != 7 || s.Document.Version != version.Version {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	if strings.Contains(text, id) {
		t.Error("the snapshot names a visitor")
	}
}

func TestActsThatCannotBeAreRefusedWithTheirReason(t *testing.T) {
	url, _, logs := trial(t)
	for _, c := range []struct {
		name, method, act, body string
		headers                 []string
		status                  int
		code                    string
	}{
		{"no JSON", "POST", "plan", `{"steps": `, nil, 400, CodeMalformed},
		{"an empty body", "POST", "plan", ``, nil, 400, CodeMalformed},
		{"two objects", "POST", "plan", `{}{}`, nil, 400, CodeMalformed},
		{"something unknown", "POST", "plan", `{"open": true}`, nil, 422, CodeInvalid},
		{"a value of another type", "POST", "plan", `{"steps": "many"}`, nil, 422, CodeInvalid},
		{"a word that is none", "POST", "move", `{"act": "push"}`, nil, 422, CodeInvalid},
		{"an id that is none", "POST", "move", `{"act": "front", "visitor": "x"}`, nil, 422, CodeInvalid},
		{"a plan out of order", "POST", "plan", `{"steps": [{"at": "2030-01-01T08:00:00Z", "opening": "o", "rank": 0, "phase": "open"}]}`, nil, 422, CodeInvalid},
		{"a number that is none", "GET", "find?number=x", "", nil, 422, CodeInvalid},
		{"an epoch that cannot be", "GET", "find?number=1&epoch=9999999999", "", nil, 422, CodeInvalid},
		{"no number", "GET", "find", "", nil, 422, CodeInvalid},
		{"nobody", "GET", "find?number=77", "", nil, 404, CodeUnknown},
		{"a draw that is none", "POST", "reveal", `{"opening": "o", "seed": "` + strings.Repeat("00", 32) + `"}`, nil, 404, CodeUnknown},
		{"another type", "POST", "plan", `{}`, []string{"Content-Type", "text/plain"}, 415, CodeMediaType},
		{"a version that was", "POST", "plan", `{}`, []string{"If-Match", `"77"`}, 412, CodeVersion},
		{"a version that is none", "POST", "plan", `{}`, []string{"If-Match", `x`}, 400, CodeMalformed},
		{"a version without a meaning", "POST", "join", `{}`, []string{"If-Match", `"1"`}, 400, CodeMalformed},
		{"too much", "POST", "plan", `{"reason": "` + strings.Repeat("a", maxAct) + `"}`, nil, 413, CodeTooLarge},
	} {
		headers := slices.Concat([]string{"Content-Type", jsonType}, c.headers)
		resp, body := ask(t, c.method, url+"/v1/rooms/termine/debug/"+c.act, c.body, headers...)
		if resp.StatusCode != c.status {
			t.Errorf("%s: %d %s", c.name, resp.StatusCode, body)
		}
		wantProblem(t, resp, body, c.status, c.code)
		if all := logs.TakeAll(); len(all) != 1 || all[0].Message != "operator debug act failed" {
			t.Errorf("%s: records %v", c.name, all)
		}
	}
	resp, body := ask(t, "POST", url+"/v1/rooms/kfz/debug/plan", `{}`, "Content-Type", jsonType)
	wantProblem(t, resp, body, 404, CodeUnknownRoom)
	resp, body = ask(t, "GET", url+"/v1/rooms/termine/debug/plan", "")
	wantProblem(t, resp, body, http.StatusMethodNotAllowed, CodeMethod)
}
