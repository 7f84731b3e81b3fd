package adminapi

import (
	"encoding/json"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/history"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// remembering is a town whose first room has a history of two steps, 300 and then 310 people, at noon.
func remembering(t *testing.T) *town {
	t.Helper()
	const noon = 1_900_000_800_000
	rooms, ring := &town{}, history.New()
	rooms.past = func(span time.Duration, points int) history.Answer {
		return ring.Ask(time.UnixMilli(noon+15_000), span, points)
	}
	at := int64(noon)
	r := history.Recorder{Ring: ring, Now: func() int64 { return at }, View: func() *queue.View { return rooms.lines[0].View() }}
	rooms.service()
	r.Look()
	at += 10_000
	rooms.lines[0].set(310)
	r.Look()
	return rooms
}

func TestTheHistoryOfARoomIsShown(t *testing.T) {
	url := serve(t, remembering(t), Config{})
	resp, body := ask(t, "GET", url+"/v1/rooms/termine/history?span=1m&points=6", "")
	var info operator.HistoryInfo
	if err := json.Unmarshal([]byte(body), &info); err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get(RoomField) != "termine" {
		t.Fatalf("%d %s %v", resp.StatusCode, body, err)
	}
	w, from := info.Columns["waiting"], time.UnixMilli(1_900_000_760_000)
	if info.ID != "termine" || info.Step != 10 || !info.From.Equal(from) || len(w) != 6 || w[4] != 300 || w[5] != 310 || !math.IsNaN(float64(w[3])) {
		t.Errorf("%+v", info)
	}
	if resp, body = ask(t, "GET", url+"/v1/rooms/termine/history", ""); resp.StatusCode != http.StatusOK ||
		json.Unmarshal([]byte(body), &info) != nil || len(info.Columns["t"]) != history.DefaultPoints || info.Step != 30 {
		t.Errorf("without a question: %d, %d points of %d s", resp.StatusCode, len(info.Columns["t"]), info.Step)
	}
}

func TestAWrongQuestionAboutAHistoryIsRefusedWithAllMistakes(t *testing.T) {
	url := serve(t, remembering(t), Config{})
	for query, fields := range map[string][]string{
		"span=day&points=x&width=3":      {"points", "span", "width"},
		"span=30s&points=1001":           {"span", "points"},
		"span=27h&points=-1":             {"span", "points"},
		"span=0s&points=0":               {"points", "span"},
		"span=2h&span=3h":                {"span"},
		"span=15m&points=10&points=1000": {"points"},
	} {
		resp, body := ask(t, "GET", url+"/v1/rooms/termine/history?"+query, "")
		p := wantProblem(t, resp, body, http.StatusUnprocessableEntity, CodeInvalid)
		var named []string
		for _, e := range p.Errors {
			named = append(named, e.Field)
		}
		if len(named) != len(fields) {
			t.Errorf("%s: %v, want %v", query, named, fields)
			continue
		}
		for i := range named {
			if named[i] != fields[i] {
				t.Errorf("%s: %v, want %v", query, named, fields)
			}
		}
	}
	resp, body := ask(t, "GET", url+"/v1/rooms/park/history", "")
	wantProblem(t, resp, body, http.StatusNotFound, CodeUnknownRoom)
	resp, body = ask(t, "GET", url+"/v1/rooms/kfz/history", "")
	wantProblem(t, resp, body, http.StatusNotFound, CodeUnknown)
}
