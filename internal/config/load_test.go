package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// minimal is the smallest valid configuration.
const minimal = `
rooms:
  - id: termine
    backend: {url: "http://127.0.0.1:8000"}
`

// languages are those that configurations of these tests may name.
var languages = []string{"de", "de-x-leicht", "en"}

// loadText loads a configuration from memory.
// load is LoadPlaced with the file's content, and a way to read files with secrets.
func load(src Source, data []byte, read func(string) ([]byte, error)) (*Config, error) {
	c, _, err := loadPlaced(src, data, read)
	return c, err
}

func loadText(text string, env []string, flags map[string]string) (*Config, error) {
	return load(Source{File: "einlass.yaml", Env: env, Flags: flags, Languages: languages}, []byte(text), readFile)
}

func parse(t *testing.T, text string) *Config {
	t.Helper()
	c, err := loadText(text, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// problemsOf loads a configuration that must fail and gives "where: path: text" for each problem.
func problemsOf(t *testing.T, text string, env []string, flags map[string]string) []string {
	t.Helper()
	_, err := loadText(text, env, flags)
	var bad *LoadError
	if !errors.As(err, &bad) {
		t.Fatalf("error is %v, want a LoadError", err)
	}
	lines := strings.Split(bad.Error(), "\n  ")
	return lines[1:]
}

func TestFoldersArePartOfWhatIsWrongWithAFile(t *testing.T) {
	asked := 0
	src := Source{File: "einlass.yaml", Pages: func(path string, r *Room) []*Problem {
		asked++
		return []*Problem{{Path: path + ".pages", Text: r.Pages + " is wrong"}}
	}}
	text := minimal + "    pages: folder\n"
	if _, err := load(src, []byte(text), readFile); err != nil || asked > 0 {
		t.Errorf("a good file: %v, and %d folders are read, which a start reads", err, asked)
	}
	_, err := load(src, []byte(text+"log: {level: loud}\n"), readFile)
	var bad *LoadError
	if !errors.As(err, &bad) || len(bad.Problems) != 2 || bad.Problems[0].Path != "rooms[0].pages" || bad.Problems[0].Line == 0 || bad.Problems[0].Text != "folder is wrong" {
		t.Errorf("said is %v", err)
	}
}

// WCAG 2.2.1: whoever reads slowly, or with a screen reader, has the time to press.
func TestACallMayBeTakenForThreeMinutesAtLeastUnlessSaidOtherwise(t *testing.T) {
	if got := parse(t, minimal).Rooms[0].ClaimWindow; got < 3*time.Minute {
		t.Errorf("a call may be taken for %v", got)
	}
}

func TestTheSmallestConfigurationHasAllDefaults(t *testing.T) {
	c := parse(t, minimal)
	if c.Listen.HTTP != ":8080" || c.Admin.Listen != "127.0.0.1:8081" || !c.Store.Memory() || c.Prefix != "/.einlass" {
		t.Errorf("defaults are missing: %+v", c)
	}
	r := c.Rooms[0]
	if r.Pace != (Pace{Rate: 60, MaxInside: 100, Inside: InsideExpected, Burst: 2, Health: "act"}) || r.AbsentAfter != 10*time.Minute || r.Mode != "run" {
		t.Errorf("defaults of the room are missing: %+v", r)
	}
	if r.Title != "termine" {
		t.Errorf("the title is %q", r.Title)
	}
	if !slices.Equal(r.Backend.Addresses, []string{"http://127.0.0.1:8000"}) || !slices.Equal(r.Paths, []string{"/"}) {
		t.Errorf("short forms are not expanded: %+v", r)
	}
}

func TestEveryKindOfValueIsRead(t *testing.T) {
	c := parse(t, `
listen: {http: "127.0.0.1:9000", unix: /run/einlass.sock}
trusted_proxies: [10.0.0.0/8, "2001:db8::/32", 192.0.2.7]
proxy_protocol: true
limits: {body_bytes: 10MiB, header_bytes: 20480, url_bytes: 1kB, idle_timeout: 1m30s, connections: 10_000}
store: memory
log: {level: debug, format: console}
rooms:
  - id: kfz-sued
    hosts: [Bürger.DE, "*.Example.org", "[2001:DB8::1]"]
    backend: {addresses: ["https://a.local", "https://b.local:8443"], tls: {server_name: a.local}}
    pace: {rate: 7200, max_inside: 0}
    message: 1234
    languages: [de, en, de-x-leicht]
`)
	if got := fmt.Sprint(c.TrustedProxies); got != "[10.0.0.0/8 2001:db8::/32 192.0.2.7/32]" {
		t.Errorf("networks are %s", got)
	}
	if c.Limits.BodyBytes != 10<<20 || c.Limits.HeaderBytes != 20480 || c.Limits.URLBytes != 1000 || c.Limits.Connections != 10_000 {
		t.Errorf("limits are %+v", c.Limits)
	}
	r := c.Rooms[0]
	if r.Title != "bürger.de" {
		t.Errorf("the title is %q", r.Title)
	}
	if !slices.Equal(r.Hosts, []string{"xn--brger-kva.de", "*.example.org", "2001:db8::1"}) {
		t.Errorf("hosts are %q", r.Hosts)
	}
	if r.Pace.Burst != 120 || r.Message != "1234" || !c.ProxyProtocol {
		t.Errorf("room is %+v", r)
	}
}

func TestAllProblemsAreReportedAtOnceWithTheirPlaces(t *testing.T) {
	got := problemsOf(t, `listen:
  htpp: ":80"
limits:
  body_bytes: huge
  idle_timeout: 30
colour: blue
rooms:
  - id: Termine
    backend:
      url: ftp://x
    pace:
      rate: -5
    absent_after: 1m
    entry: 2s
  - id: kfz
    backend: {url: "http://127.0.0.1:8000"}
    pace: {rate: 1, rate: 2}
    mode: stop
    entry: 4500ms
`, []string{"EINLASS_LOG__LEVEL=loud", "EINLASS_LISEN__HTTP=:1"}, map[string]string{"stop_timeout": "soon"})
	want := []string{
		`line 2: listen.htpp: unknown key, did you mean http? Accepted: http, https, unix, unix_mode`,
		`line 4: limits.body_bytes: "huge" is not a size; write for example 4096, 64KiB, 10MiB or 1GiB`,
		`line 5: limits.idle_timeout: "30" is not a duration; write for example 30s or 30m`,
		`line 6: colour: unknown key; accepted: listen, tls, trusted_proxies, trusted_fields, proxy_protocol, limits, prefix, store, state, audit, journal, draws, keys, admin, log, alerts, drain, stop_timeout, paths, rooms`,
		`line 8: rooms[0].id: "Termine" is not 1 to 32 lower-case letters, digits and hyphens, not a hyphen first`,
		`line 10: rooms[0].backend.url: "ftp://x" is not an address: want http://host:port, https://host:port or unix:/path`,
		`line 12: rooms[0].pace.rate: -5 is not in 0…10000000 entries per minute`,
		`line 13: rooms[0].absent_after: 1m0s is not in 5m0s…24h0m0s (browsers and phones pause pages in the background)`,
		`line 14: rooms[0].entry: 2s is neither 0 (off) nor in 3s…1m0s (whoever is told must have time to hear it)`,
		`line 17: rooms[1].pace.rate: is already given in line 17`,
		`line 18: rooms[1].mode: "stop" is not accepted; want run, pause, open`,
		`line 19: rooms[1].entry: 4.5s is not a multiple of 1s`,
		`environment EINLASS_LISEN__HTTP: lisen: unknown key, did you mean listen? Accepted: listen, tls, trusted_proxies, trusted_fields, proxy_protocol, limits, prefix, store, state, audit, journal, draws, keys, admin, log, alerts, drain, stop_timeout, paths, rooms`,
		`flag stop_timeout: stop_timeout: "soon" is not a duration; write for example 30s, 5m or 1h30m`,
		`environment EINLASS_LOG__LEVEL: log.level: "loud" is not accepted; want debug, info, warn, error`,
	}
	for i := range max(len(got), len(want)) {
		var g, w string
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		// Rooms without hosts claim the same paths; TestRoomsMustNotClaimTheSamePath is about that.
		if strings.Contains(g, "is already rooms[0].paths[0]") {
			got = slices.Delete(got, i, i+1)
			g = got[i]
		}
		if g != w {
			t.Errorf("problem %d is\n  %s\nwant\n  %s", i, g, w)
		}
	}
}

func TestAValueWithACommaIsNotTakenForAKey(t *testing.T) {
	const room = "rooms:\n  - id: termine\n    backend: {url: \"http://127.0.0.1:1\"}\n    finish: [{path: /done, "
	for text, want := range map[string]string{
		`status: 200,204}]`:           `line 4: rooms[0].finish[0].204: unknown key; within { } a value that has a comma needs quotes: status: "200,204"`,
		`method: GET,POST}]`:          `line 4: rooms[0].finish[0].POST: unknown key; within { } a value that has a comma needs quotes: method: "GET,POST"`,
		`status: "200,204", colour}]`: `line 4: rooms[0].finish[0].colour: unknown key; accepted: path, method, status, redirect, header`,
		`status: 200, colour: red}]`:  `line 4: rooms[0].finish[0].colour: unknown key; accepted: path, method, status, redirect, header`,
		`colour: 1, red}]`:            `line 4: rooms[0].finish[0].red: unknown key; accepted: path, method, status, redirect, header`,
	} {
		if got := problemsOf(t, room+text, nil, nil); !slices.Contains(got, want) {
			t.Errorf("of %s\n  %q\nis said, want\n  %q", text, got, want)
		}
	}
}

func TestAMissingValueIsReportedWhereItWouldStand(t *testing.T) {
	got := problemsOf(t, "\n\nrooms:\n  - id: a\n    backend:\n      host_header: b\nstore: redis://h\n", nil, nil)
	want := []string{"line 6: rooms[0].backend: has no address", "keys: gateways that share a store"}
	if len(got) != 2 || !strings.HasPrefix(got[0], want[0]) || !strings.HasPrefix(got[1], want[1]) {
		t.Errorf("problems are %q, want %q", got, want)
	}
}

func TestBrokenFilesAreRefused(t *testing.T) {
	room := strings.TrimSpace(minimal)
	tests := []struct{ name, text, want string }{
		{"what is not YAML", "rooms: [", "not YAML: "},
		{"a second document", room + "\n---\n" + room, "a second document begins here; want one"},
		{"text instead of keys", "hello", "line 1: want keys and values below it: listen,"},
		{"a list instead of keys", room + "\nlisten: [a]", "line 4: listen: want keys and values below it: http, https"},
		{"a value instead of a list", room + "\ntrusted_proxies: 10.0.0.0/8", "line 4: trusted_proxies: want a list"},
		{"keys instead of a value", room + "\nprefix: {a: b}", "line 4: prefix: want a single value"},
		{"an empty entry", "rooms:\n  -", "line 2: rooms[0]: is empty"},
		{"a foreign tag", room + "\nprefix: !secret a", "line 4: prefix: the tag !secret is not accepted"},
		{"a merge key", "rooms:\n  - &a {id: a}\n  - {<<: *a}", "rooms[1].<<: merging (<<) is not accepted"},
		{"a key that is a list", "{[a]: b}", "a key must be plain text"},
		{"nothing at all", "", "rooms: no room is configured"},
		{"only comments", "# nothing\n", "rooms: no room is configured"},
		{"a number with a leading zero", room + "\nlimits: {connections: 010}", `"010" begins with a zero`},
		{"a number beyond 64 bits", room + "\nlimits: {connections: 99999999999999999999}", "is out of range"},
		{"a fraction", room + "\nlimits: {connections: 1.5}", `"1.5" is not a whole number`},
		{"a boolean of YAML 1.1", room + "\nproxy_protocol: yes", `"yes" is neither true nor false`},
		{"a network with host bits", room + "\ntrusted_proxies: [10.1.2.3/8]", "did you mean 10.0.0.0/8?"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused", func(t *testing.T) {
			got := problemsOf(t, tt.text, nil, nil)
			if !slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, tt.want) }) {
				t.Errorf("problems are %q, want one with %q", got, tt.want)
			}
		})
	}
}

func TestAnEmptyValueIsTheDefault(t *testing.T) {
	c := parse(t, minimal+"\nlisten:\nlimits: {connections: ~, header_count: null}\n")
	if c.Listen.HTTP != ":8080" || c.Limits.Connections != Default().Limits.Connections {
		t.Errorf("defaults are lost: %+v", c)
	}
}

func TestAnAliasStandsForTheWholeValue(t *testing.T) {
	c := parse(t, `
rooms:
  - {id: a, paths: [/a], backend: &site {url: "http://127.0.0.1:1"}}
  - {id: b, paths: [/b], backend: *site}
`)
	if c.Rooms[1].Backend.Addresses[0] != "http://127.0.0.1:1" {
		t.Errorf("backend is %+v", c.Rooms[1].Backend)
	}
	got, err := loadText(`
rooms:
  - {id: a, paths: [/a], backend: &site {url: "http://127.0.0.1:1"}}
  - {id: b, paths: [/b], backend: *site}
`, []string{"EINLASS_ROOMS__B__BACKEND__URL=http://127.0.0.1:2", "EINLASS_ROOMS__1__EXCLUDE=/"}, nil)
	if err != nil {
		t.Fatalf("changing a room whose backend is an alias: %v", err)
	}
	if got.Rooms[0].Backend.URL != "http://127.0.0.1:1" || got.Rooms[1].Backend.URL != "http://127.0.0.1:2" {
		t.Errorf("changing one room changed the other: %q, %q", got.Rooms[0].Backend.URL, got.Rooms[1].Backend.URL)
	}
}

func TestAMissingOrOversizedFileIsNamed(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.yaml")
	if _, err := Load(Source{File: missing}); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("error is %v", err)
	}
	big := filepath.Join(dir, "big.yaml")
	if err := os.WriteFile(big, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(Source{File: big}); err == nil || !strings.Contains(err.Error(), "larger than 1MiB") {
		t.Errorf("error is %v", err)
	}
	good := filepath.Join(dir, "good.yaml")
	if err := os.WriteFile(good, []byte(minimal), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(Source{File: good}); err != nil {
		t.Error(err)
	}
}

func TestALoadErrorCountsAndUnwraps(t *testing.T) {
	_, err := Load(Source{})
	want := "configuration: 1 problem\n  rooms: no room is configured; want at least one with id and backend.url"
	if err == nil || err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}
	var p *Problem
	if !errors.As(err, &p) || p.Path != "rooms" {
		t.Errorf("problem is %+v", p)
	}
}

func FuzzLoadNeverPanicsAndWhatItAcceptsIsValid(f *testing.F) {
	f.Add(minimal, "EINLASS_ROOMS__0__ID=a", "rooms[0].pace.rate")
	f.Add("rooms: [&a {id: b, backend: *a}]", "EINLASS_ROOMS__B__BACKEND__URL=x", "store.url")
	f.Add("&a [*a]", "EINLASS_STORE__URL=x", "..")
	f.Add("store: &s redis://u:p@h\nrooms: *s", "EINLASS_ROOMS__0__0=x", "rooms[-1]")
	f.Add("? [a]\n: {b: !!binary c}", "EINLASS___=", "")
	f.Fuzz(func(t *testing.T, text, env, flag string) {
		c, err := load(Source{Env: []string{env}, Flags: map[string]string{flag: "1"}, Languages: languages}, []byte(text), func(string) ([]byte, error) {
			return []byte("0123456789abcdef0123"), nil
		})
		if err != nil {
			if err.Error() == "" || c != nil {
				t.Errorf("error %q with %v", err, c)
			}
			return
		}
		if problems := c.check(languages); len(problems) > 0 {
			t.Errorf("what was accepted does not pass the check a second time: %v", problems)
		}
	})
}

func TestOfAFileThatIsNotYAMLNothingElseIsSaid(t *testing.T) {
	got := problemsOf(t, "rooms:\n\t- id: a\n", nil, map[string]string{"listen.http": "8080"})
	if len(got) != 1 || !strings.HasPrefix(got[0], "not YAML: line 2: ") || !strings.Contains(got[0], "not with tabs") {
		t.Errorf("said is %q", got)
	}
}

func TestAPipeThatNobodyWritesToIsNoConfiguration(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(Source{File: pipe}); err == nil {
		t.Error("it is taken")
	}
}
