package adminapi

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/pkg/queue"
)

func TestTheControlsAreChanged(t *testing.T) {
	rooms := &town{}
	url := serve(t, rooms, Config{})
	resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 600, "max_inside": 0, "mode": "pause", "message": "Gleich geht es los."}`)
	var got RoomInfo
	if err := json.Unmarshal([]byte(body), &got); err != nil || resp.StatusCode != 200 || resp.Header.Get("ETag") != `"4"` {
		t.Fatalf("answer is %d %s", resp.StatusCode, body)
	}
	if got.Rate != 600 || got.MaxInside != 0 || got.Mode != queue.ModePause || got.Message != "Gleich geht es los." || got.Version != 4 {
		t.Errorf("room is %+v", got)
	}
	if got.Burst != 10 {
		t.Errorf("the burst did not follow the rate: %d", got.Burst)
	}
	if _, body = ask(t, "PATCH", url+"/v1/rooms/termine", `{"burst": 3}`, "Content-Type", "application/json; charset=utf-8"); !strings.Contains(body, `"burst":3,`) {
		t.Errorf("room is %s", body)
	}
	if _, body = ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 6000, "message": null}`); !strings.Contains(body, `"burst":3,`) || !strings.Contains(body, `"message":""`) {
		t.Errorf("a burst that was set by hand follows the rate, or the message stays: %s", body)
	}
}

func TestAChangeForAnotherVersionIsRefused(t *testing.T) {
	rooms := &town{}
	url := serve(t, rooms, Config{})
	resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 1}`, "If-Match", `"2"`)
	wantProblem(t, resp, body, 412, CodeVersion)
	if rooms.List()[0].Rate != 60 {
		t.Error("the refused change was made")
	}
	for _, condition := range []string{`"3"`, "*"} {
		if resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 1}`, "If-Match", condition); resp.StatusCode != 200 {
			t.Errorf("If-Match %s: %d %s", condition, resp.StatusCode, body)
		}
	}
	for _, condition := range []string{"3", `W/"3"`, `"3", "4"`, `"x"`, `""`, `"03"`, `"-1"`} {
		resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 2}`, "If-Match", condition)
		wantProblem(t, resp, body, 400, CodeMalformed)
	}
}

func TestAChangeOfSomebodyElseIsNotOverwrittenUnseen(t *testing.T) {
	somebody := func(c *queue.Control) { c.Pace.MaxInside = 7 }
	rooms := &town{before: somebody}
	url := serve(t, rooms, Config{})
	if resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 5}`); resp.StatusCode != 200 {
		t.Fatalf("answer is %d %s", resp.StatusCode, body)
	}
	if r := rooms.List()[0]; r.Rate != 5 || r.MaxInside != 7 || r.Version != 5 {
		t.Errorf("one of two changes is lost: %+v", r)
	}
	rooms.mu.Lock()
	rooms.before = somebody
	rooms.mu.Unlock()
	resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 6}`, "If-Match", `"5"`)
	wantProblem(t, resp, body, 412, CodeVersion)
	if rooms.List()[0].Rate != 5 {
		t.Error("the refused change was made")
	}
}

func TestAWrongPatchChangesNothingAndSaysEverythingAtOnce(t *testing.T) {
	rooms := &town{}
	url := serve(t, rooms, Config{})
	tests := []struct {
		name, body string
		status     int
		code       string
		errors     []FieldError
	}{
		{
			"many mistakes", `{"rate": -1, "max_inside": "many", "burst": 0, "mode": "stop", "speed": 1, "message": 5, "rate": 2}`, 422, CodeInvalid,
			[]FieldError{
				{"max_inside", "want a whole number"},
				{"speed", "is unknown or cannot be changed; accepted: rate, max_inside, burst, mode, message"},
				{"message", "want a string"},
				{"rate", "is given more than once"},
				{"mode", `"stop": want run or pause`},
				{"rate", "-1: want 0 to 10000000 calls per minute"},
				{"burst", "0: want 1 to 1000000"},
			},
		},
		{"a long message", `{"message": "` + strings.Repeat("a", 2001) + `"}`, 422, CodeInvalid, []FieldError{{"message", "of 2001 bytes: want at most 2000"}}},
		{"nothing", `{}`, 422, CodeInvalid, []FieldError{{"", "nothing to change; accepted: rate, max_inside, burst, mode, message"}}},
		{"a fraction", `{"rate": 1.5}`, 422, CodeInvalid, []FieldError{{"rate", "want a whole number"}}},
		{"null for a number", `{"rate": null}`, 422, CodeInvalid, []FieldError{{"rate", "want a whole number"}}},
		{"null for the mode", `{"mode": null}`, 422, CodeInvalid, []FieldError{{"mode", "want a string"}}},
		{"a member that only GET has", `{"version": 3}`, 422, CodeInvalid, []FieldError{{"version", "is unknown or cannot be changed; accepted: rate, max_inside, burst, mode, message"}}},
		{"capitals", `{"Rate": 3}`, 422, CodeInvalid, []FieldError{{"Rate", "is unknown or cannot be changed; accepted: rate, max_inside, burst, mode, message"}}},
		{"an empty body", ``, 400, CodeMalformed, nil},
		{"a list", `[1]`, 400, CodeMalformed, nil},
		{"half an object", `{"rate": 1`, 400, CodeMalformed, nil},
		{"an object without a value", `{"rate"}`, 400, CodeMalformed, nil},
		{"an object without a name", `{,}`, 400, CodeMalformed, nil},
		{"two objects", `{"rate": 1}{"rate": 2}`, 400, CodeMalformed, nil},
		{"a huge body", `{"message": "` + strings.Repeat("a", maxBody) + `"}`, 413, CodeTooLarge, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused", func(t *testing.T) {
			resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", tt.body)
			p := wantProblem(t, resp, body, tt.status, tt.code)
			if !slices.Equal(p.Errors, tt.errors) {
				t.Errorf("errors are\n%+v\nwant\n%+v", p.Errors, tt.errors)
			}
			if r := rooms.List()[0]; r.Version != 3 {
				t.Errorf("the room was changed: %+v", r)
			}
		})
	}
}

func TestAPatchOfAnotherTypeIsRefused(t *testing.T) {
	url := serve(t, &town{}, Config{})
	for _, kind := range []string{"text/plain", "", "application/x-www-form-urlencoded"} {
		resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 1}`, "Content-Type", kind)
		wantProblem(t, resp, body, 415, CodeMediaType)
		if resp.Header.Get("Accept-Patch") != patchType {
			t.Errorf("headers are %v", resp.Header)
		}
	}
}

func TestAChangeIsLoggedWithoutTheMessage(t *testing.T) {
	core, logs := observer.New(zapcore.InfoLevel)
	url := serve(t, &town{}, Config{Log: zap.New(core)})
	ask(t, "PATCH", url+"/v1/rooms/termine", `{"message": "geheim", "rate": 9}`)
	all := logs.All()
	if len(all) != 1 || all[0].ContextMap()["rate"] != int64(9) || all[0].ContextMap()["message_bytes"] != int64(6) {
		t.Errorf("log is %+v", all)
	}
}

func FuzzAPatchIsEitherRefusedOrValid(f *testing.F) {
	for _, body := range []string{`{"rate":1}`, `{"mode":"pause","message":null}`, `{"rate":1,"rate":2}`, `{"burst":1e3}`, `[]`, `{"max_inside":-0}`, "{\"message\":\"\xff\"}"} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		change, err := parseChange(strings.NewReader(body))
		var invalid *InvalidError
		if err != nil {
			if !errors.Is(err, errMalformed) && !errors.As(err, &invalid) {
				t.Errorf("error is %v", err)
			}
			return
		}
		if !json.Valid([]byte(body)) || change.Empty() {
			t.Errorf("%q was accepted as %+v", body, change)
		}
		c := queue.Control{Mode: queue.ModeRun, Pace: queue.Pace{Burst: 1}}
		if err := change.Apply(&c); err != nil {
			t.Errorf("%q was accepted but cannot be applied: %v", body, err)
		}
		text, err := json.Marshal(change)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := parseChange(strings.NewReader(string(text))); err != nil {
			t.Errorf("%s is not accepted again: %v", text, err)
		} else if b, _ := json.Marshal(again); string(b) != string(text) {
			t.Errorf("%s became %s", text, b)
		}
	})
}
