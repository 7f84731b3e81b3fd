package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/adminapi"
)

// everyCommand is each command that asks a gateway, with arguments that it takes.
func everyCommand(t *testing.T) [][]string {
	t.Helper()
	plan := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(plan, []byte(`{"steps": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	day := filepath.Join(t.TempDir(), "day.yaml")
	if err := os.WriteFile(day, []byte("zone: Europe/Berlin\nopenings: [{dates: [2026-12-01], start: 08:00}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	batches := filepath.Join(t.TempDir(), "batches.json")
	if err := os.WriteFile(batches, []byte(`{"id":"termine","batches":[{"batch":1}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return [][]string{
		{"plan", "termine"},
		{"plan", "preview", "termine", day},
		{"booked", "termine", "412"},
		{"draw", "show", "termine"},
		{"draw", "type", "termine", "o", "3 17 22"},
		{"place", "new", "termine"},
		{"place", "now", "termine"},
		{"place", "link", "termine", "7", "7KQ4-M2PX"},
		{"desk", "termine"},
		{"place", "history", "termine", "7", "7KQ4-M2PX"},
		{"keys"},
		{"keys", "rotate", "--yes"},
		{"config", "show"},
		{"config", "check", day},
		{"config", "reload", "--yes"},
		{"users"},
		{"log-level"},
		{"log-level", "debug"},
		{"codes", "list", "termine"},
		{"codes", "new", "termine", "--group", "residents", "--count", "2", "--out", filepath.Join(t.TempDir(), "codes.csv")},
		{"codes", "again", "termine", "1", "--out", filepath.Join(t.TempDir(), "codes.csv")},
		{"codes", "revoke", "termine", "1", "--yes"},
		{"mode", "termine", "drain"},
		{"stays", "end", "termine", "17", "7KQ4-M2PX", "--reason", "x"},
		{"codes", "remove", "termine", "1"},
		{"codes", "restore", "termine", batches},
		{"invite", "termine", "--group", "residents"},
		{"close", "termine"},
		{"open", "termine"},
		{"audit", "termine"},
		{"origins", "termine"},
		{"rooms"},
		{"history", "termine"},
		{"watch"},
		{"alerts"},
		{"rate", "termine", "61"},
		{"max-inside", "termine", "101"},
		{"burst", "termine", "3"},
		{"pause", "termine"},
		{"resume", "kfz"},
		{"strict", "termine", "on"},
		{"health", "termine", "off"},
		{"message", "termine", "x"},
		{"debug", "plan", "termine", plan},
		{"debug", "reveal", "termine", "o", strings.Repeat("0", 64)},
		{"debug", "report", "termine", "booked"},
		{"debug", "find", "termine", "7"},
		{"debug", "move", "termine", "front"},
		{"debug", "join", "termine"},
		{"debug", "snapshot", "termine"},
	}
}

// A command that is added is in everyCommand, or these tests do not hold for it. Events do not end by themselves; internal/adminclient
// tries wrong ones.
func TestEveryCommandIsTried(t *testing.T) {
	var have []string
	for _, args := range everyCommand(t) {
		have = append(have, strings.Join(args[:1+strings.Count(args[0], "debug")], " "))
	}
	root := (&app{}).root()
	for _, c := range append(root.Commands(), (&app{}).debugCommand().Commands()...) {
		name := strings.TrimPrefix(c.CommandPath(), "admin ")
		if name != "debug" && name != "events" && name != "doctor" && name != "context" && name != "help" && name != "completion" && name != "report" && !slices.Contains(have, name) {
			t.Errorf("%s is not tried", name)
		}
	}
}

// forgery makes another answer of one that the API gave; false: it is none for this command.
type forgery func(a *httptest.ResponseRecorder, command []string) bool

func body(text string) forgery {
	return func(a *httptest.ResponseRecorder, _ []string) bool {
		a.Body = bytes.NewBufferString(text)
		return true
	}
}

func field(name, value string) forgery {
	return func(a *httptest.ResponseRecorder, _ []string) bool {
		a.Header().Set(name, value)
		return true
	}
}

func status(code int) forgery {
	return func(a *httptest.ResponseRecorder, _ []string) bool { a.Code = code; return true }
}

func all(these ...forgery) forgery {
	return func(a *httptest.ResponseRecorder, command []string) bool {
		return !slices.ContainsFunc(these, func(f forgery) bool { return !f(a, command) })
	}
}

// edit changes a member of every object that has it.
func edit(change func(map[string]json.RawMessage) bool) forgery {
	return func(a *httptest.ResponseRecorder, _ []string) bool {
		var top map[string]json.RawMessage
		if json.Unmarshal(a.Body.Bytes(), &top) != nil {
			return false
		}
		changed := change(top)
		var rooms []map[string]json.RawMessage
		if json.Unmarshal(top["rooms"], &rooms) == nil {
			for _, r := range rooms {
				changed = change(r) || changed
			}
			top["rooms"], _ = json.Marshal(rooms)
		}
		text, err := json.Marshal(top)
		a.Body = bytes.NewBuffer(text)
		return changed && err == nil
	}
}

func set(member, value string) forgery {
	return edit(func(m map[string]json.RawMessage) bool {
		old, ok := m[member]
		m[member] = json.RawMessage(value)
		return ok && string(old) != value
	})
}

func without(member string) forgery {
	return edit(func(m map[string]json.RawMessage) bool {
		_, ok := m[member]
		delete(m, member)
		return ok
	})
}

func isAct(command []string) bool {
	return slices.Contains([]string{"debug", "booked", "draw", "codes", "invite", "place", "desk", "audit", "origins", "history", "mode", "stays", "alerts", "keys", "config", "users", "log-level"}, command[0])
}
func isPlan(command []string) bool { return command[0] == "plan" }
func isList(command []string) bool { return command[0] == "rooms" || command[0] == "watch" }

var forgeries = map[string]forgery{
	"a redirect":                    all(status(http.StatusTemporaryRedirect), field("Location", "/elsewhere")),
	"a page":                        all(field("Content-Type", "text/html"), body("<html>paused</html>")),
	"a page of another server":      all(field("Content-Type", "text/html"), field(adminapi.MarkField, ""), body("<html>paused</html>")),
	"another JSON server":           all(field(adminapi.MarkField, ""), body(`{"status":"paused"}`)),
	"a later version of the API":    field(adminapi.MarkField, "2"),
	"an empty answer":               body(""),
	"no content":                    all(status(http.StatusNoContent), body("")),
	"another status":                status(http.StatusAccepted),
	"an error without a problem":    status(http.StatusBadGateway),
	"a problem that is none":        all(status(http.StatusConflict), field("Content-Type", adminapi.ProblemType), body("{}")),
	"a problem with another status": all(status(http.StatusConflict), field("Content-Type", adminapi.ProblemType), body(`{"status":401,"code":"unauthorized"}`)),
	"text":                          field("Content-Type", "text/plain"),
	"no type":                       field("Content-Type", ""),
	"another object":                body(`{"status":"ok"}`),
	"no object":                     body(`[]`),
	"null":                          body(`null`),
	"an object with more behind it": func(a *httptest.ResponseRecorder, _ []string) bool { a.Body.WriteString("{}"); return true },
	"an object that breaks off":     func(a *httptest.ResponseRecorder, _ []string) bool { a.Body.Truncate(a.Body.Len() / 2); return true },
	"a room without id":             without("id"),
	"a room whose id is empty":      set("id", `""`),
	"a room without version":        without("version"),
	"a room of a negative version": func(a *httptest.ResponseRecorder, c []string) bool {
		return !isAct(c) && all(set("version", "-1"), field("Etag", `"-1"`))(a, c)
	},
	"a room whose rate is a text":  set("rate", `"60"`),
	"a room without a control":     without("strict"),
	"a room whose control is null": set("message", "null"),
	"another act's answer":         func(a *httptest.ResponseRecorder, c []string) bool { return isAct(c) && body(`{"x":1}`)(a, c) },
	"an act of another room": func(a *httptest.ResponseRecorder, c []string) bool {
		return isAct(c) && field(adminapi.RoomField, "amt")(a, c)
	},
	"another room": func(a *httptest.ResponseRecorder, c []string) bool { return !isList(c) && set("id", `"amt"`)(a, c) },
	"a room twice": func(a *httptest.ResponseRecorder, c []string) bool { return isList(c) && set("id", `"amt"`)(a, c) },
	"a version that its head denies": func(a *httptest.ResponseRecorder, c []string) bool {
		return !isList(c) && !isAct(c) && field("Etag", `"99"`)(a, c)
	},
	"a change that was not made (rate)": changed("rate", set("rate", "60")),
	"… (max-inside)":                    changed("max-inside", set("max_inside", "100")),
	"… (burst)":                         changed("burst", set("burst", "2")),
	"… (pause)":                         changed("pause", set("mode", `"run"`)),
	"… (resume)":                        changed("resume", set("mode", `"pause"`)),
	"… (strict)":                        changed("strict", set("strict", "false")),
	"… (close)":                         changed("close", set("door", `"open"`)),
	"… (open)":                          changed("open", set("door", `"closed"`)),
	"… (mode)":                          changed("mode", set("door", `"open"`)),
	"a plan without what comes":         changed("plan", without("next")),
	"a preview without changes":         changed("plan", set("changes", "null")),
	"… (message)":                       changed("message", set("message", `"y"`)),
}

func changed(command string, f forgery) forgery {
	return func(a *httptest.ResponseRecorder, c []string) bool { return c[0] == command && f(a, c) }
}

// What answers must be the gate's admin API, and of a change it must say that it was made: for each command and each wrong answer.
func TestOnlyTheAPIIsBelieved(t *testing.T) {
	used := map[string]bool{}
	for _, args := range everyCommand(t) {
		for name, forge := range forgeries {
			api := newGateway().handler(t)
			applies := true
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				a := httptest.NewRecorder()
				api.ServeHTTP(a, r)
				// A change reads the room before: that answer is the API's, so that it is the change that is forged.
				if change := !isList(args) && !isAct(args) && !isPlan(args); !change || r.Method == http.MethodPatch {
					applies = forge(a, args)
				}
				if !applies {
					a.Code = http.StatusTeapot // nobody waits for the end of watch
				}
				for k, v := range a.Header() {
					if v[0] != "" {
						w.Header()[k] = v
					} else if k == "Content-Type" {
						w.Header()[k] = nil // not the one that net/http guesses
					}
				}
				w.WriteHeader(a.Code)
				_, _ = w.Write(a.Body.Bytes())
			}))
			code, out, stderr := command(t, environment(server), args...)
			server.Close()
			if !applies {
				continue
			}
			used[name] = true
			if code != 1 || out != "" || !strings.HasPrefix(stderr, "admin: this is not the gate's admin API at "+server.URL+": ") {
				t.Errorf("%s to admin %q: exit code %d, %q %q", name, args, code, out, stderr)
			}
		}
		env := environment(newGateway().serve(t))
		if args[0] != "watch" {
			if code, _, stderr := command(t, env, args...); code != 0 {
				t.Errorf("admin %q: exit code %d, %s", args, code, stderr)
			}
		}
	}
	for name := range forgeries {
		if !used[name] {
			t.Errorf("%s was never tried", name)
		}
	}
}

// The room that a change reads before is held to the same.
func TestAChangeOfWhatIsNoGateIsNotAsked(t *testing.T) {
	patched := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		patched = patched || r.Method == http.MethodPatch
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"id":"termine","rate":60,"version":3}`))
	}))
	defer server.Close()
	if code, _, stderr := command(t, environment(server), "pause", "termine"); code != 1 || patched {
		t.Errorf("exit code %d, %s, patched %v", code, stderr, patched)
	}
}

// During an upgrade gateways of the release before, which mark nothing, serve beside those of this one.
func TestTheReleaseBeforeIsBelieved(t *testing.T) {
	for _, args := range everyCommand(t) {
		if isAct(args) || isPlan(args) || args[0] == "watch" {
			continue
		}
		api := newGateway().handler(t)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a := httptest.NewRecorder()
			api.ServeHTTP(a, r)
			for k, v := range a.Header() {
				if k != adminapi.MarkField && k != adminapi.RoomField {
					w.Header()[k] = v
				}
			}
			w.WriteHeader(a.Code)
			_, _ = w.Write(a.Body.Bytes())
		}))
		if code, out, stderr := command(t, environment(server), args...); code != 0 {
			t.Errorf("admin %q: exit code %d, %q %q", args, code, out, stderr)
		}
		server.Close()
	}
}
