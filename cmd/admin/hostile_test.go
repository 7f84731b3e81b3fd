package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/doctor"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// hostileOf is an answer in which all text is hostile, but for the id of the room that was asked about and for words from closed sets.
func hostileOf[T any]() (v T) {
	soil(reflect.ValueOf(&v).Elem())
	return v
}

// soil makes all text below v hostile.
func soil(v reflect.Value) {
	switch at := v.Addr().Interface().(type) {
	case *time.Time:
		*at = time.Unix(1_800_000_000, 0).UTC()
		return
	case *json.RawMessage:
		*at, _ = json.Marshal(map[string]string{hostile: hostile})
		return
	case *doctor.State:
		*at = doctor.Wrong
		return
	case json.Unmarshaler:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			switch f := v.Type().Field(i); {
			case f.Name == "ID":
				v.Field(i).SetString("termine")
			case f.IsExported():
				soil(v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		soil(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		soil(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.String:
		v.SetString(hostile)
	case reflect.Int64, reflect.Uint64, reflect.Int, reflect.Uint32:
		v.Set(reflect.ValueOf(1).Convert(v.Type()))
	}
}

// hostileGateway is what somebody may have put where a gateway was.
func hostileGateway(t *testing.T) map[string]string {
	t.Helper()
	room, mode := hostileOf[operator.RoomInfo](), hostileOf[operator.ModeInfo]()
	mode.Mode = queue.ModePause
	typed, invited := hostileOf[operator.DrawTyped](), hostileOf[operator.Invited]()
	typed.Opening, invited.Group = "2026-12-01 08:00", "a"
	unnamed := room
	unnamed.ID = hostile
	mux := http.NewServeMux()
	for pattern, answer := range map[string]any{
		"GET /v1/rooms":                      adminapi.RoomList{Rooms: []operator.RoomInfo{room, unnamed}},
		"GET /v1/rooms/{id}":                 room,
		"PATCH /v1/rooms/{id}":               room,
		"POST /v1/rooms/{id}/mode":           mode,
		"POST /v1/rooms/{id}/stays/end":      hostileOf[operator.StaysEnded](),
		"GET /v1/rooms/{id}/origins":         hostileOf[operator.OriginsInfo](),
		"GET /v1/rooms/{id}/plan":            hostileOf[operator.PlanInfo](),
		"POST /v1/rooms/{id}/plan/preview":   hostileOf[operator.PlanPreview](),
		"POST /v1/rooms/{id}/outcomes":       hostileOf[operator.Heard](),
		"POST /v1/rooms/{id}/draws/line":     typed,
		"GET /v1/rooms/{id}/draws":           operator.DrawsInfo{ID: "termine", Records: []string{hostileRecord(t)}},
		"GET /v1/rooms/{id}/places":          hostileOf[operator.PlaceList](),
		"POST /v1/rooms/{id}/places":         hostileOf[operator.PlaceInfo](),
		"POST /v1/rooms/{id}/places/{act}":   hostileOf[operator.PlaceInfo](),
		"POST /v1/rooms/{id}/places/history": hostileOf[operator.PlaceTold](),
		"GET /v1/rooms/{id}/codes":           hostileOf[operator.CodesInfo](),
		"POST /v1/rooms/{id}/codes/revoke":   hostileOf[operator.CodesInfo](),
		"POST /v1/rooms/{id}/invitations":    invited,
		"GET /readyz":                        struct{}{},
		"GET /v1/alerts":                     hostileOf[adminapi.AlertList](),
		"GET /v1/doctor":                     hostileOf[adminapi.DoctorInfo](),
		"GET /v1/audit":                      hostileOf[audit.Page](),
		"GET /v1/keys":                       hostileOf[operator.KeysInfo](),
		"GET /v1/users":                      hostileOf[operator.People](),
		"GET /v1/log":                        hostileOf[operator.LogInfo](),
		"GET /v1/config":                     hostileOf[operator.ConfigInfo](),
		"POST /v1/config/check":              hostileOf[operator.ConfigReview](),
		"POST /v1/config/reload":             hostileOf[operator.ConfigReview](),
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(adminapi.MarkField, adminapi.Mark)
			w.Header().Set("Content-Type", "application/json")
			if strings.Contains(pattern, "{id}") {
				w.Header().Set(adminapi.RoomField, "termine")
			}
			w.Header().Set("ETag", adminapi.Tag(1))
			if err := json.NewEncoder(w).Encode(answer); err != nil {
				t.Errorf("%s: %v", pattern, err)
			}
		})
	}
	mux.HandleFunc("POST /v1/rooms/{id}/codes/print", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(adminapi.MarkField, adminapi.Mark)
		w.Header().Set(adminapi.RoomField, "termine")
		w.Header().Set("Content-Type", adminapi.LinesType)
		batch := hostileOf[operator.CodeBatch]()
		batch.Batch, batch.Count = 1, 1
		for _, part := range []any{
			adminapi.CodesHead{ID: "termine", Batch: batch}, adminapi.CodeLine{Code: hostile}, adminapi.CodesEnd{Codes: 1},
		} {
			_ = json.NewEncoder(w).Encode(part)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return environment(server)
}

// stranger signs by a key that it names as it likes.
type stranger struct{ draw.Signer }

func (stranger) Kid() string { return hostile }

// hostileRecord is a record that fits, in its one form.
func hostileRecord(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(records(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	v, err := verified(string(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	var r draw.Record
	r.SetCommitment(v.Commitment, stranger{signer(t)})
	return string(r.Encode())
}

func TestNoCommandShowsAControlOfAGateway(t *testing.T) {
	env := hostileGateway(t)
	file := filepath.Join(t.TempDir(), "week.yaml")
	if err := os.WriteFile(file, []byte("openings: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		says string
		args []string
	}{
		{"owned", []string{"rooms"}},
		{"owned", []string{"rooms", "--wide"}},
		{"rate of termine", []string{"rate", "termine", "1"}},
		{"20000 times as much", []string{"rate", "termine", "20000"}},
		{"owned", []string{"mode", "termine", "pause"}},
		{"stays of termine ended", []string{"stays", "end", "termine", "--all", "--reason", "over"}},
		{"owned", []string{"origins", "termine"}},
		{"owned", []string{"plan", "termine"}},
		{"owned", []string{"plan", "preview", "termine", file}},
		{"booked of termine", []string{"booked", "termine"}},
		{"booked of termine", []string{"booked", "termine", "1"}},
		{"2026-12-01 08:00", []string{"draw", "show", "termine"}},
		{"owned", []string{"draw", "show", "termine", "2026-12-01 08:00"}},
		{"owned", []string{"draw", "type", "termine", "2026-12-01 08:00", "3 17"}},
		{"owned", []string{"place", "list", "termine"}},
		{"owned", []string{"place", "new", "termine"}},
		{"owned", []string{"place", "show", "termine", "1", "7KQ4-M2PX"}},
		{"owned", []string{"place", "link", "termine", "1", "7KQ4-M2PX"}},
		{"owned", []string{"place", "history", "termine", "1", "7KQ4-M2PX"}},
		{"owned", []string{"codes", "list", "termine"}},
		{"are withdrawn", []string{"codes", "revoke", "termine", "1", "--reason", "lost"}},
		{"owned", []string{"invite", "termine", "--group", "a", "--person", "b"}},
		{"a character that no code has", []string{"codes", "again", "termine", "1"}},
		{"termine", []string{"__complete", "rate", ""}},
		{"owned", []string{"alerts"}},
		{"owned", []string{"doctor"}},
		{"owned", []string{"audit", "list"}},
		{"owned", []string{"keys"}},
		{"owned", []string{"users"}},
		{"owned", []string{"log-level"}},
		{"owned", []string{"config", "show"}},
		{"owned", []string{"config", "check", file}},
		{"owned", []string{"config", "reload"}},
		{"owned", []string{"config", "reload", "--dry-run"}},
	} {
		text := strings.NewReplacer("\r\n", "\n", "\t", " ").Replace(atTerminal(t, env, c.args...)) // as tables for programs have them
		if !strings.Contains(strings.ToLower(text), c.says) {
			t.Errorf("%q does not show %q: %s", c.args, c.says, text)
		}
		if i := strings.IndexFunc(text, unseen); i >= 0 {
			t.Errorf("%q writes a control at byte %d: %q", c.args, i, text[max(0, i-40):min(len(text), i+20)])
		}
	}
}

// atTerminal is what a command writes to a terminal.
func atTerminal(t *testing.T, env map[string]string, args ...string) string {
	t.Helper()
	var shown bytes.Buffer
	a := &app{
		in: strings.NewReader(""), out: &shown, err: &shown, getenv: func(k string) string { return env[k] }, readFile: os.ReadFile, terminal: true,
		tick: func(time.Duration) <-chan time.Time { return nil },
	}
	a.run(t.Context(), args)
	return shown.String()
}

func TestARecordInAFileIsAsItWas(t *testing.T) {
	_, out, _ := command(t, hostileGateway(t), "draw", "show", "termine", "2026-12-01 08:00")
	if _, err := verified(out, nil); err != nil || !strings.ContainsFunc(out, unseen) {
		t.Errorf("%q: %v", out, err)
	}
}
