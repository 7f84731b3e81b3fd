package adminapi

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

func TestTheControlsAreChanged(t *testing.T) {
	rooms := &town{}
	url := serve(t, rooms, Config{})
	resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 600, "max_inside": 0, "mode": "pause", "strict": true, "message": "Gleich geht es los."}`)
	var got operator.RoomInfo
	if err := json.Unmarshal([]byte(body), &got); err != nil || resp.StatusCode != 200 || resp.Header.Get("ETag") != `"4"` {
		t.Fatalf("answer is %d %s", resp.StatusCode, body)
	}
	if got.Rate != 600 || got.MaxInside != 0 || got.Mode != queue.ModePause || !got.Strict || got.Message != "Gleich geht es los." || got.Version != 4 {
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
	if rooms.document().Pace.Rate != 60 {
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
	somebody := func(d *queue.Document) { d.Pace.MaxInside = 7 }
	rooms := &town{}
	url := serve(t, rooms, Config{})
	rooms.interrupt(somebody)
	if resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 5}`); resp.StatusCode != 200 {
		t.Fatalf("answer is %d %s", resp.StatusCode, body)
	}
	if r := rooms.document(); r.Pace.Rate != 5 || r.Pace.MaxInside != 7 || r.Version != 5 {
		t.Errorf("one of two changes is lost: %+v", r)
	}
	rooms.interrupt(somebody)
	resp, body := ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 6}`, "If-Match", `"5"`)
	wantProblem(t, resp, body, 412, CodeVersion)
	if rooms.document().Pace.Rate != 5 {
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
		errors     []operator.FieldError
	}{
		{
			"many mistakes", `{"rate": -1, "max_inside": "many", "burst": 0, "mode": "stop", "speed": 1, "message": 5, "rate": 2}`, 422, CodeInvalid,
			[]operator.FieldError{
				{Field: "max_inside", Detail: "want a whole number"},
				{Field: "speed", Detail: "is unknown or cannot be changed; accepted: rate, max_inside, burst, mode, strict, message, messages, message_until, health, schedule, door, close_at"},
				{Field: "message", Detail: "want a string"},
				{Field: "rate", Detail: "is given more than once"},
				{Field: "mode", Detail: `"stop": want run, pause or open`},
				{Field: "rate", Detail: "-1: want 0 to 10000000"},
				{Field: "burst", Detail: "0: want 1 to 1000000"},
			},
		},
		{"a long message", `{"message": "` + strings.Repeat("a", 2001) + `"}`, 422, CodeInvalid, []operator.FieldError{{Field: "message", Detail: "of 2001 bytes: want at most 2000"}}},
		{"nothing", `{}`, 422, CodeInvalid, []operator.FieldError{{Field: "", Detail: "nothing to change; accepted: rate, max_inside, burst, mode, strict, message, messages, message_until, health, schedule, door, close_at"}}},
		{"nothing but a reason", `{"reason": "why"}`, 422, CodeInvalid, []operator.FieldError{{Field: "", Detail: "nothing to change; accepted: rate, max_inside, burst, mode, strict, message, messages, message_until, health, schedule, door, close_at"}}},
		{"a reason of two lines", `{"rate": 1, "reason": "a\nb"}`, 422, CodeInvalid, []operator.FieldError{{Field: "reason", Detail: "has a line break or tab; want one line of plain text"}}},
		{"a long reason", `{"rate": 1, "reason": "` + strings.Repeat("a", 501) + `"}`, 422, CodeInvalid, []operator.FieldError{{Field: "reason", Detail: "of 501 bytes: want at most 500"}}},
		{"a reason that is none", `{"rate": 1, "reason": null}`, 422, CodeInvalid, []operator.FieldError{{Field: "reason", Detail: "want a string"}}},
		{"a fraction", `{"rate": 1.5}`, 422, CodeInvalid, []operator.FieldError{{Field: "rate", Detail: "want a whole number"}}},
		{"null for a number", `{"rate": null}`, 422, CodeInvalid, []operator.FieldError{{Field: "rate", Detail: "want a whole number"}}},
		{"a number for yes", `{"strict": 1}`, 422, CodeInvalid, []operator.FieldError{{Field: "strict", Detail: "want true or false"}}},
		{"null for the mode", `{"mode": null}`, 422, CodeInvalid, []operator.FieldError{{Field: "mode", Detail: "want a string"}}},
		{"a member that only GET has", `{"version": 3}`, 422, CodeInvalid, []operator.FieldError{{Field: "version", Detail: "is unknown or cannot be changed; accepted: rate, max_inside, burst, mode, strict, message, messages, message_until, health, schedule, door, close_at"}}},
		{"capitals", `{"Rate": 3}`, 422, CodeInvalid, []operator.FieldError{{Field: "Rate", Detail: "is unknown or cannot be changed; accepted: rate, max_inside, burst, mode, strict, message, messages, message_until, health, schedule, door, close_at"}}},
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
			if !reflect.DeepEqual(p.Errors, tt.errors) {
				t.Errorf("errors are\n%+v\nwant\n%+v", p.Errors, tt.errors)
			}
			if r := rooms.document(); r.Version != 3 {
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

func TestEveryChangeThatIsAskedForIsRecorded(t *testing.T) {
	core, logs := observer.New(zapcore.InfoLevel)
	url := serve(t, &town{log: zap.New(core)}, Config{})
	for _, c := range []struct {
		path, body string
		headers    []string
		status     int
		reason     string
	}{
		{"termine", `{"rate": 9, "reason": "Die Seite hält mehr aus."}`, nil, 200, "Die Seite hält mehr aus."},
		{"termine", `{"rate": 10}`, []string{"If-Match", `"1"`}, 412, ""},
		{"termine", `{"rate": 10}`, []string{"If-Match", `1`}, 400, ""},
		{"termine", `{"rate": -1, "reason": "why"}`, nil, 422, "why"},
		{"termine", `{"rate": `, nil, 400, ""},
		{"termine", `{"rate": 1}`, []string{"Content-Type", "text/plain"}, 415, ""},
		{"nirgends", `{"rate": 1, "reason": "lost"}`, nil, 404, "lost"},
		{"nirgends", `{"rate": -1}`, nil, 404, ""},
	} {
		resp, body := ask(t, "PATCH", url+"/v1/rooms/"+c.path, c.body, c.headers...)
		if resp.StatusCode != c.status {
			t.Errorf("%s: %d %s", c.body, resp.StatusCode, body)
		}
		all := logs.TakeAll()
		if len(all) != 1 {
			t.Errorf("%s %v: %d records", c.body, c.headers, len(all))
			continue
		}
		fields := all[0].ContextMap()
		if fields["room"] != c.path || fields["reason"] != c.reason || fields["principal"] != "token" || fields["method"] != "bearer" {
			t.Errorf("%s: record is %v", c.body, fields)
		}
		if failed := fields["error"] != nil; failed != (c.status != 200) {
			t.Errorf("%s: record is %v", c.body, fields)
		}
	}
	ask(t, "PATCH", url+"/v1/rooms/termine", `{"rate": 9}`, "Authorization", "Bearer wrong")
	if all := logs.All(); len(all) != 0 {
		t.Errorf("a stranger can write records: %v", all)
	}
}

func FuzzAPatchIsEitherRefusedOrValid(f *testing.F) {
	for _, body := range []string{`{"rate":1}`, `{"mode":"pause","message":null}`, `{"rate":1,"rate":2}`, `{"burst":1e3}`, `[]`, `{"max_inside":-0}`, "{\"message\":\"\xff\"}"} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		change, err := parseChange(strings.NewReader(body))
		var invalid *operator.InvalidError
		if err != nil {
			if !errors.Is(err, errMalformed) && !errors.As(err, &invalid) {
				t.Errorf("error is %v", err)
			}
			return
		}
		if !json.Valid([]byte(body)) || change.Empty() {
			t.Errorf("%q was accepted as %+v", body, change)
		}
		d := document(1, queue.Pace{Mode: queue.ModeRun, Burst: 1}, "")
		if err := change.Apply(&d); err != nil {
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
