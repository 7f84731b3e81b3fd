// Package walk takes browsers through a site that breaks easily, behind the real gateway: forms, second tabs, sockets, frames,
// several names. The scenes are written for node in walk.mjs, and played by each engine through engines.mjs.
package walk

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/browser/fakegateway"
	"github.com/einlass/einlass/test/browser/nodetest"
	"github.com/einlass/einlass/test/e2e/harness"
)

var program harness.Program

func TestMain(m *testing.M) { os.Exit(harness.Main(m, &program)) }

// idle is how long a stay of most rooms lasts without a request.
const idle = 8 * time.Second

func TestChromiumWalksThroughASiteThatBreaksEasily(t *testing.T) {
	chromium, err := fakegateway.Chromium(false)
	if err != nil {
		t.Fatal(err)
	}
	walk(t, "chromium", chromium)
}

// walk plays all scenes with a browser. Each scene has a room of its own, at <id>.localhost: to browsers, such hosts are as
// trustworthy as one with TLS, and every two of them are different sites.
func walk(t *testing.T, engine, program string, wrapper ...string) {
	t.Helper()
	g := serve(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	args := append(wrapper, "node", "--test-reporter=spec", "--test-concurrency=1", "walk.test.mjs", extent)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "GATE="+g.Addr, "ADMIN="+g.Admin, "TOKEN="+launch.OperatorToken, "SITE="+g.site, "FRONT="+g.front, "CITY="+g.city, "SPOILED="+g.spoiled,
		"ENGINE="+engine, "BROWSER="+program, "IDLE="+idle.String(), "NODE_NO_WARNINGS=1", "NODE_TLS_REJECT_UNAUTHORIZED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, nodetest.Failing(out))
	}
	t.Logf("%s", out) // how long each scene took
	if want := fmt.Sprintf("ℹ pass %d\n", scenes); !strings.Contains(string(out), want) {
		t.Fatalf("not all of %d scenes were played:\n%s", scenes, out)
	}
}

type gate struct {
	*harness.Gate
	site, front, city, spoiled string // addresses
}

func serve(t *testing.T) gate {
	t.Helper()
	addr := serveSite(t)
	site := &harness.Site{Addr: addr}
	room := func(id string) harness.Room {
		return harness.Room{ID: id, Hosts: []string{id + ".localhost"}, Site: site, Rate: 6000, Burst: 100, Exclude: []string{"/code.svg"}}
	}
	small := func(id string) harness.Room {
		r := room(id)
		r.MaxInside, r.Strict, r.Idle, r.Grace, r.Quiet = 1, true, idle, time.Minute, []string{"/puls"}
		return r
	}
	shop := room("shop")
	shop.Once = []string{"/buchen"}
	// Whoever goes in there does so because somebody is done, and not because time has passed, however slow this machine is.
	finish := small("finish")
	finish.Idle = 10 * time.Minute
	late := small("late")
	late.Grace = time.Second
	rule := small("rule")
	rule.Once, rule.Idle = []string{"/buchen"}, 10*time.Minute // as finish
	names := room("names")
	names.Hosts = []string{"www.names.localhost", "names.localhost"}
	g := harness.NewGate(t, &program, harness.Settings{
		Trusted: []string{"127.0.0.0/8"},
		Rooms: []harness.Room{
			shop, room("logout"), small("idle"), small("grace"), small("other"), late, finish, small("talk"), small("listen"), small("takt"), room("app"), room("framed"), names,
			rule, room("tabs"), room("kept"), room("unkept"), room("forgets"), room("crashes"), room("blocked"), room("fails"),
		},
	})
	front := serveFront(t, g.Addr)
	city := serveCity(t, front)
	// These are known only now.
	g.Edit("- id: names\n", "- id: names\n    canonical: http://www.names.localhost:"+port(g.Addr)+"\n")
	g.Edit("- id: framed\n", "- id: framed\n    frame_ancestors: [https://city.localhost:"+port(city)+"]\n")
	g.Edit("- id: rule\n", "- id: rule\n    finish: [{path: /buchen, method: POST, redirect: /weg}]\n")
	if said := g.Reload(); !strings.Contains(said, "in force") {
		t.Fatal(said)
	}
	return gate{g, addr, front, city, serveSpoiled(t, g.Addr)}
}
