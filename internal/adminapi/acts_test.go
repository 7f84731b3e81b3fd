package adminapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// withConfirmation is a body with the confirmation that a problem asks for.
func withConfirmation(t *testing.T, body, problem string) string {
	t.Helper()
	var p Problem
	if err := json.Unmarshal([]byte(problem), &p); err != nil || p.Code != CodeConfirm || p.Confirm == "" || p.Effect == "" || p.EffectKind == "" || p.Count == nil {
		t.Fatalf("%v %s", err, problem)
	}
	return strings.TrimSuffix(body, "}") + `,"confirm":"` + p.Confirm + `"}`
}

// insist makes a change that has to be confirmed.
func (p *planned) insist(body string, to any, headers ...string) {
	p.t.Helper()
	_, text := p.ask("PATCH", "", body, http.StatusPreconditionRequired, nil, headers...)
	p.ask("PATCH", "", withConfirmation(p.t, body, text), http.StatusOK, to, headers...)
}

func TestAModeIsSetByOneWordAndUndone(t *testing.T) {
	p := newPlanned(t, "2026-12-01T07:00:00Z")
	const body = `{"mode": "open", "reason": "die Halle ist leer"}`
	_, text := p.ask("POST", "/mode", body, http.StatusPreconditionRequired, nil)
	var info operator.ModeInfo
	head, _ := p.ask("POST", "/mode", withConfirmation(t, body, text), http.StatusOK, &info)
	if info.Mode != queue.ModeOpen || info.ID != "termine" || info.Undo == nil || info.Undo.Mode == nil || *info.Undo.Mode != queue.ModeRun {
		t.Fatalf("%+v, undo %+v", info.Mode, info.Undo)
	}
	undo, err := json.Marshal(info.Undo)
	if err != nil {
		t.Fatal(err)
	}
	var back operator.RoomInfo
	p.ask("PATCH", "", string(undo), http.StatusOK, &back, "If-Match", head.Header().Get("ETag"))
	if back.Mode != queue.ModeRun || back.Version != info.Version+1 {
		t.Errorf("after the undo: %s, version %d", back.Mode, back.Version)
	}
	p.ask("PATCH", "", string(undo), http.StatusPreconditionFailed, nil, "If-Match", head.Header().Get("ETag"))
	for body, want := range map[string]int{
		`{"mode": "shut"}`:               http.StatusUnprocessableEntity,
		`{"mode": "pause", "rate": 1}`:   http.StatusUnprocessableEntity,
		`{`:                              http.StatusBadRequest,
		`{"mode": "pause"}`:              http.StatusOK,
		`{"mode": "drain", "reason": 1}`: http.StatusUnprocessableEntity,
	} {
		p.ask("POST", "/mode", body, want, nil)
	}
	p.ask("POST", "/mode", `{"mode": "run"}`, http.StatusPreconditionFailed, nil, "If-Match", `"1"`)
}

func TestAllStaysAreEndedOnceThatIsConfirmed(t *testing.T) {
	p := newPlanned(t, "2026-12-01T07:00:00Z")
	p.pass(5 * time.Second)
	j, err := p.room.Arrive(queue.Arrival{})
	if err != nil || j.State != queue.StateInside {
		t.Fatalf("%+v, %v", j, err)
	}
	p.pass(time.Second)
	const body = `{"all": true, "reason": "die Anlage startet neu"}`
	_, text := p.ask("POST", "/stays/end", body, http.StatusPreconditionRequired, nil)
	if !strings.Contains(text, `"effect":"1 person inside loses their stay"`) || !strings.Contains(text, `"effect_kind":"stays_end","count":1`) {
		t.Errorf("it asks %s", text)
	}
	if !p.room.Touch(j.Place.Visitor, j.Started) {
		t.Fatal("the question has ended the stay")
	}
	var ended operator.StaysEnded
	p.ask("POST", "/stays/end", withConfirmation(t, body, text), http.StatusOK, &ended)
	p.pass(time.Second)
	if ended.Ended != 1 || p.room.Touch(j.Place.Visitor, j.Started) {
		t.Errorf("%d were ended", ended.Ended)
	}
	for body, says := range map[string]string{
		`{"all": true}`:   `"field":"reason"`,
		`{"reason": "x"}`: `"field":"number"`,
		`{"all": true, "number": 1, "reason": "x"}`: `"field":"all"`,
		`{"every": true}`: "every",
	} {
		if _, text := p.ask("POST", "/stays/end", body, http.StatusUnprocessableEntity, nil); !strings.Contains(text, says) {
			t.Errorf("%s: %s", body, text)
		}
	}
}
