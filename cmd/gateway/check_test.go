package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// What becomes of a mistake.
type outcome uint8

const (
	stops  outcome = iota // the start ends with it, and the check has an error
	fails                 // the start goes on, visitors would be failed: the check has an error
	warns                 // the check has a warning
	inUse                 // the start ends with it unless what holds it is the gateway that is to be restarted: the check has a warning
	anyway                // the check has an error; whether the start ends depends on what is not in the test
)

// mistake spoils a good world. The check says so at the key, on the line that has the text at, in these words.
type mistake struct {
	name         string
	spoil        func(w *world)
	is           outcome
	key, at, say string
	nobody       bool // is none for root
}

// edits are pairs of texts, of the configuration and in its stead.
func edits(pairs ...string) func(*world) {
	return func(w *world) {
		for i := 0; i < len(pairs); i += 2 {
			w.edit(pairs[i], pairs[i+1])
		}
	}
}

const (
	fileKeys  = "keys:\n  file: DIR/keys.json\n"
	fileToken = "  token_file: DIR/token\n"
	fileTLS   = "  cert_file: DIR/cert.pem\n  key_file: DIR/key.pem\n"
	inline    = "  token: 0123456789abcdef0123456789abcdef\n"
	siteURL   = "      url: http://127.0.0.1:9\n"
	acme      = "  acme:\n    domains: [termine.example]\n    accept_terms: true\n    directory: https://127.0.0.1:9/\n    storage: DIR/acme\n"
	secondTo  = "  - id: second\n    hosts: [second.example]\n    languages: [de]\n    backend:\n      url: http://127.0.0.1:8\n"
)

func TestEachMistakeIsFoundBeforeTheMorning(t *testing.T) {
	t.Parallel()
	all := slices.Concat(mistakesOfValues(), mistakesOfFiles(), mistakesOfPlaces(), mistakesOfPages(), mistakesOfStores(t))
	names := map[string]bool{}
	for i, m := range all {
		if names[m.name] {
			t.Errorf("%s: is there twice", m.name)
		}
		names[m.name] = true
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			m.try(t, i%oneStartIn == 0)
		})
	}
	if len(all) < 71 {
		t.Errorf("%d mistakes, fewer than are known", len(all))
	}
}

// try checks the spoilt world, and starts it if that is asked for.
func (m *mistake) try(t *testing.T, starts bool) {
	w := newWorld(t)
	if m.spoil != nil {
		m.spoil(w)
	}
	file := w.file()
	var code int
	var said string
	if m.nobody {
		code, said = w.byNobody("config", "check", file)
	} else {
		code, _, said = w.check(file)
	}
	want := m.key + ": "
	if m.at != "" {
		want = fmt.Sprintf("line %d: %s", w.line(m.at), want)
	}
	warning := m.is == warns || m.is == inUse
	found := slices.ContainsFunc(strings.Split(said, "\n"), func(line string) bool {
		return strings.Contains(line, want) && strings.Contains(line, m.say) && strings.Contains(line, "warning: ") == warning
	})
	if wantCode := map[bool]int{true: 0, false: exitFault}[warning]; !found || code != wantCode {
		t.Errorf("the check ends with %d, want %d, and does not say %q … %q (a warning: %v):\n%s", code, wantCode, want, m.say, warning, said)
	}
	if starts {
		m.start(w, file)
	}
}

// start holds what becomes of a start to what the check has to have said.
func (m *mistake) start(w *world, file string) {
	t := w.t
	t.Helper()
	var started int
	var log string
	if m.nobody {
		started, log = w.byNobody("serve", "-c", file)
	} else {
		started, log = w.start(file)
	}
	stopped := started == exitConfig || started == exitStart
	if wantStop := m.is == stops || m.is == inUse; stopped != wantStop && m.is != anyway {
		t.Errorf("the start ends with %d:\n%s", started, log)
	}
	if stopped && m.is != anyway && m.at != "" && !strings.Contains(log, fmt.Sprintf("line %d: ", w.line(m.at))) {
		t.Errorf("the start does not name the line:\n%s", log)
	}
}

func TestAGoodConfigurationPassesWithoutAWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code, out, said := w.check(w.file())
	if code != 0 || said != "" || !strings.Contains(out, "ok, 1 room(s)") {
		t.Errorf("exit code %d, %q, %q", code, out, said)
	}
	if code, said := w.start(w.path("einlass.yaml")); code != 0 {
		t.Errorf("it does not start: %d, %s", code, said)
	}
}

// What a start makes, a check does not miss.
func TestACheckBeforeTheFirstStartMakesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"state", "journal", "keys.json", "token"} {
		w.remove(name)
	}
	w.edit(fileKeys, "")
	w.edit(fileToken, "")
	if code, _, said := w.check(w.file()); code != 0 || said != "" {
		t.Errorf("exit code %d, %s", code, said)
	}
	if code, said := w.start(w.path("einlass.yaml")); code != 0 {
		t.Errorf("it does not start: %d, %s", code, said)
	}
}

func TestEverythingIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.remove("keys.json")
	w.remove("cert.pem")
	w.instead("state")
	w.instead("journal")
	w.chmod("token", 0o644)
	w.edit("listen: 127.0.0.1:0\n  token", "listen: 192.0.2.1:80\n  token")
	w.edit("backend:\n"+siteURL, "backend:\n      url: https://127.0.0.1:9\n      tls: {ca_file: DIR/none}\n")
	w.edit("[127.0.0.1]", "[10.0.0.0]")
	code, _, said := w.check(w.file())
	for _, key := range []string{
		"keys.file: ", "tls.cert_file: ", "state.dir: ", "journal.dir: ", "admin.token_file: ", "admin.listen: ", "rooms[0].backend.tls.ca_file: ",
		"warning: line 16: trusted_proxies[0]: ", ": 7 problems",
	} {
		if code != exitFault || !strings.Contains(said, key) {
			t.Errorf("exit code %d, without %q:\n%s", code, key, said)
		}
	}
}

// A gateway that runs holds its port and the lock of its files. A check beside it says that it is well, and takes neither.
func TestACheckBesideARunningGatewayDisturbsNothing(t *testing.T) {
	t.Parallel()
	site := newSite(t)
	p := &draft{dir: t.TempDir(), rooms: []planned{{"a", site.backend(), quick}}}
	r := run(t, p)
	w := &world{t: t, dir: t.TempDir()}
	w.text = strings.Replace(p.text(), "127.0.0.1:0", r.public[0].Addr().String(), 1)
	code, out, said := w.check(w.file())
	if code != 0 || !strings.Contains(out, "ok, 1 room") || !strings.Contains(said, "warning: line 1: listen.http: ") || !strings.Contains(said, "rooms[0].languages: is not set") || !strings.Contains(said, "rooms[0].links: lacks") || strings.Count(said, "\n") != 3 {
		t.Errorf("exit code %d\n%s%s", code, out, said)
	}
	visitor := r.visitor()
	for range 3 {
		if res, _ := r.get(visitor, "a", "/free"); res.Header.Get("X-Site") == "" {
			t.Errorf("the gateway answers %s", res.Status)
		}
	}
	if entries := r.logs.FilterMessageSnippet("state file").Len(); entries != 0 {
		t.Errorf("the gateway says %v", r.logs.All())
	}
	if err := r.stop(); err != nil {
		t.Error(err)
	}
}

func TestWrongUsageOfTheCheckIsExitCodeTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, args := range [][]string{
		{"config", "check"}, {"config", "check", "a", "b"}, {"config", "check", "--nonsense", w.file()}, {"config", "check", "--set", "log.level", w.file()},
	} {
		if code, _, said := program(t, args...); code != exitUsage {
			t.Errorf("%q: exit code %d, %s", args, code, said)
		}
	}
	if code, _, said := program(t, "serve", "einlass.yaml"); code != exitUsage || !strings.Contains(said, "as -c FILE") {
		t.Errorf("serve without -c: exit code %d, %s", code, said)
	}
	if code, _, said := program(t, "config", "check", "--set", "log.level=loud", w.file()); code != exitFault || !strings.Contains(said, "flag log.level: log.level: ") {
		t.Errorf("a wrong setting: exit code %d, %s", code, said)
	}
}

// mistakesOfStores are of Redis and of the embedded store's files.
func mistakesOfStores(t *testing.T) []mistake {
	evicts := redistest.Start(t, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
	locked := redistest.Start(t, "--requirepass", "secret")
	store := func(text string) func(*world) {
		return func(w *world) { w.text += "store:\n  " + strings.ReplaceAll(text, "\n", "\n  ") + "\n" }
	}
	return []mistake{
		{name: "redis evicts", spoil: store("url: " + evicts.URL()), key: "store.url", at: evicts.URL(), say: "noeviction"},
		{name: "redis is unreachable", spoil: store("url: redis://127.0.0.1:9"), is: warns, key: "store.url", at: "url: redis:", say: "does not answer"},
		{name: "redis wants a password", spoil: store("url: " + locked.URL()), is: fails, key: "store.url", at: locked.URL(), say: "NOAUTH"},
		{name: "redis has another password", spoil: store("url: " + locked.URL() + "\npassword: wrong"), is: fails, key: "store.url", at: locked.URL(), say: "WRONGPASS"},
		{
			name: "the store's authority is missing", spoil: store("url: rediss://127.0.0.1:9\ntls: {ca_file: DIR/none}"),
			key: "store.tls.ca_file", at: "DIR/none", say: "no such file",
		},
		{name: "the store's authority is no certificate", spoil: func(w *world) {
			store("url: rediss://127.0.0.1:9\ntls: {ca_file: DIR/token}")(w)
		}, key: "store.tls.ca_file", at: "tls: {ca_file", say: "holds no certificate"},
		{name: "the store's certificate has expired", spoil: func(w *world) {
			w.certificate("c.pem", "k.pem", "gateway", -2*time.Hour, -time.Hour)
			store("url: rediss://127.0.0.1:9\ntls: {cert_file: DIR/c.pem, key_file: DIR/k.pem}")(w)
		}, is: fails, key: "store.tls.cert_file", at: "c.pem", say: "has expired"},
		{name: "the store's password file is missing", spoil: store("url: redis://127.0.0.1:9\npassword_file: DIR/none"), key: "store.password_file", at: "DIR/none", say: "no such file"},
		{name: "the store's password can be read by all", spoil: func(w *world) {
			w.write("password", "secret\n", 0o644)
			store("url: redis://127.0.0.1:9\npassword_file: DIR/password")(w)
		}, is: warns, key: "store.password_file", at: "DIR/password", say: "mode 0644"},
		{name: "the store is another database", spoil: store("url: postgres://127.0.0.1:9"), key: "store.url", at: "postgres", say: "want memory, redis://"},
		{name: "a shared store without a shared keyring", spoil: func(w *world) {
			w.edit(fileKeys, "")
			store("url: redis://127.0.0.1:9")(w)
		}, key: "keys", say: "need the same keyring"},
		{name: "a state file is damaged", spoil: func(w *world) { w.write("state/termine.marks", "damaged", 0o600) }, is: warns, key: "state.dir", at: "dir: DIR/state", say: "not a state file"},
		{name: "the list of callers is damaged", spoil: func(w *world) { w.write("state/termine.desk.json", "damaged", 0o600) }, is: warns, key: "state.dir", at: "dir: DIR/state", say: "a start sets it aside"},
		{name: "a state file cannot be opened", spoil: func(w *world) { w.mkdir("state/termine.lock") }, key: "state.dir", at: "dir: DIR/state", say: "termine.lock: is a directory"},
		{name: "a state file is another user's", spoil: func(w *world) {
			w.empty("state/termine.lock", 0)
		}, nobody: true, key: "state.dir", at: "dir: DIR/state", say: "termine.lock: permission denied"},
	}
}
