package e2e

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

// second is a room for a file that has one already.
func second(site *harness.Site) string {
	return "rooms:\n  - id: kfz\n    title: Zulassung\n    hosts: [kfz.example]\n    exclude: [/free]\n    backend: {url: \"http://" +
		site.Addr + "\"}\n    pace: {rate: 0, max_inside: 0}\n    poll: {min: 200ms, max: 1s}\n"
}

// at is a browser at a host, where the room is named by its first label.
func at(g *harness.Gate, host string) *harness.Browser {
	return harness.NewBrowserAt(g, host, strings.TrimSuffix(host, ".example"))
}

// wants asserts that a gateway said this of its file.
func wants(t *testing.T, line string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(line, part) {
			t.Errorf("the log says %s, it lacks %q", line, part)
		}
	}
}

func TestAnEditedFileIsInForceAfterAHangup(t *testing.T) {
	t.Parallel()
	before, after, other := harness.NewSite(t), harness.NewSite(t), harness.NewSite(t)
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{
		{Site: before, Hosts: []string{"termine.example"}, Exclude: []string{"/free"}},
	}})
	waits := harness.NewBrowser(g)
	waits.Get(t, "/")
	place := waits.Token()
	if place.Number != 1 {
		t.Fatalf("the first place is %+v", place)
	}
	wants(t, g.Reload(), `"unchanged":true`)

	// A new room, another backend and another title.
	g.Edit("rooms:\n", second(other))
	g.Edit("url: http://"+before.Addr, "url: http://"+after.Addr)
	g.Edit("  - id: termine\n", "  - id: termine\n    title: Bürgeramt Mitte\n")
	wants(t, g.Reload(), "in force", `"rooms_new":["kfz"]`, `"rooms_changed":["termine"]`)
	if a := at(g, "kfz.example").Get(t, "/free"); a.Header.Get("X-Site") != other.Addr {
		t.Errorf("the new room: %s from %q", a.Status, a.Header.Get("X-Site"))
	}
	if a := at(g, "termine.example").Get(t, "/free"); a.Header.Get("X-Site") != after.Addr {
		t.Errorf("the other backend: %s from %q", a.Status, a.Header.Get("X-Site"))
	}
	newcomer := harness.NewBrowser(g)
	if a := newcomer.Get(t, "/"); !strings.Contains(a.Body, "Bürgeramt Mitte") || newcomer.Token().Number != 2 {
		t.Errorf("the page behind the change has number %d, %.2000s", newcomer.Token().Number, a.Body)
	}
	if s := waits.Status(t); s.Number != 1 || !s.InLine() {
		t.Errorf("the first place behind the change: %+v", s)
	}
	queued := at(g, "kfz.example")
	queued.Get(t, "/")
	number := queued.Token()
	if number.Number != 1 {
		t.Errorf("the first place of the new room is %+v", number)
	}

	refusedWhole(t, g, after)

	// Away with the room, and back with its line.
	g.Edit(second(other), "rooms:\n")
	wants(t, g.Reload(), "in force", `"rooms_removed":["kfz"]`)
	if a := at(g, "kfz.example").Get(t, "/free"); a.StatusCode != 421 {
		t.Errorf("the room that is gone answers %s", a.Status)
	}
	g.Edit("rooms:\n", second(other))
	wants(t, g.Reload(), `"rooms_new":["kfz"]`)
	another := at(g, "kfz.example")
	another.Get(t, "/")
	if now := another.Token(); now.Number != 2 || now.Epoch <= number.Epoch { // each start from files begins an epoch
		t.Errorf("behind %+v, the room that came back gave %+v", number, now)
	}
	if a := queued.Get(t, "/"); !a.Waiting() || queued.Token() != number {
		t.Errorf("who waited for the room that came back has %+v, had %+v", queued.Token(), number)
	}
}

// refusedWhole edits keys that can change and keys that cannot, and sees that neither are in force.
func refusedWhole(t *testing.T, g *harness.Gate, site *harness.Site) {
	t.Helper()
	good, err := os.ReadFile(g.File)
	if err != nil {
		t.Fatal(err)
	}
	g.Edit("title: Bürgeramt Mitte", "title: Bürgeramt Süd")
	g.Edit("http: "+g.Addr, "http: 127.0.0.1:1")
	g.Edit("claim_window: 20s", "claim_window: 21s")
	wants(t, g.Reload(), "refused, the one before stays in force", "listen.http: ")
	g.Edit("claim_window: 21s", "claim_window: 21s\n    mode: maybe")
	wants(t, g.Reload(), "refused", "line ", "rooms[1].mode: ")
	if a := harness.NewBrowser(g).Get(t, "/"); !strings.Contains(a.Body, "Bürgeramt Mitte") {
		t.Errorf("behind a refusal the page says %.2000s", a.Body)
	}
	if a := harness.NewBrowser(g).Get(t, "/free"); a.Header.Get("X-Site") != site.Addr {
		t.Errorf("behind a refusal: %s", a.Status)
	}
	if err := os.WriteFile(g.File, good, 0o600); err != nil {
		t.Fatal(err)
	}
	wants(t, g.Reload(), "in force")
}

func TestADemoSurvivesAHangup(t *testing.T) {
	t.Parallel()
	port, err := launch.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	demo, log := program.Begin(t, "demo", "--citizens=false", "--set", "listen.http="+launch.Addr(port), "--set", "admin.listen="+launch.Addr(port+10_000), "--set", "log.level=info")
	until(t, 20*time.Second, "the demo runs", func(context.Context) bool { return log.Count("all services are running") == 1 })
	demo.Hangup()
	until(t, 10*time.Second, "an answer to the signal", func(context.Context) bool {
		return log.Count("there is no configuration file that could be read again") == 1
	})
	if code := demo.Stop(); code != 0 {
		t.Errorf("the demo ended with code %d:\n%s", code, log)
	}
}
