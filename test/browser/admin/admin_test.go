// Package admin drives Chromium through the operators' pages of a real gateway, beside browsers that wait at its public side. The tests
// are written for node in *.test.mjs; each has a room of its own.
package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/staff"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/browser/fakegateway"
	"github.com/einlass/einlass/test/browser/nodetest"
	"github.com/einlass/einlass/test/e2e/harness"
)

var program harness.Program

func TestMain(m *testing.M) { os.Exit(harness.Main(m, &program)) }

// rooms are the names of the rooms, one for a test, each at <name>.localhost.
var rooms = strings.Fields(`pace pause message sold conflict keyboard small words place plan rare out lost focus others end charts codes german
	others-plan wrong-plan fields lots told`)

// beacons are those of rooms that have another one than the gateway's.
var beacons = map[string]string{"lots": "typed"}

func TestWhatOperatorsSeeAndChange(t *testing.T) {
	t.Parallel()
	site := &harness.Site{Addr: serve(t)}
	settings := harness.Settings{Journal: t.TempDir()}
	for _, name := range rooms {
		settings.Rooms = append(settings.Rooms, harness.Room{
			ID: name, Hosts: []string{name + ".localhost"}, Site: site, Claim: 3 * time.Minute, Beacon: beacons[name],
		})
	}
	g := harness.NewGate(t, &program, settings)
	for _, file := range []string{"operate.test.mjs", "desk.test.mjs", "plan.test.mjs", "draws.test.mjs", "connection.test.mjs", "conflict.test.mjs", "looks.test.mjs"} {
		t.Run(file, func(t *testing.T) { play(t, file, g) })
	}
}

// person is a user as the tests of log-ins know them.
type person struct {
	Password string `json:"password"`
	Secret   string `json:"secret"`
}

func TestWhoLogsIn(t *testing.T) {
	t.Parallel()
	site := &harness.Site{Addr: serve(t)}
	settings := harness.Settings{State: t.TempDir()}
	for _, name := range []string{"login", "record", "stolen"} {
		settings.Rooms = append(settings.Rooms, harness.Room{ID: name, Hosts: []string{name + ".localhost"}, Site: site})
	}
	people := users(t, settings.State)
	g := harness.NewGate(t, &program, settings)
	for _, file := range []string{"login.test.mjs", "office.test.mjs"} {
		t.Run(file, func(t *testing.T) { play(t, file, g, people, "FILE="+g.File) })
	}
}

func TestADemoLetsANewcomerIn(t *testing.T) {
	port, err := launch.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	g := &launch.Gateway{Addr: launch.Addr(port), Admin: launch.Addr(port + 10_000)}
	demo, log := program.Begin(t, "demo", "--citizens=false", "--set", "listen.http="+g.Addr, "--set", "admin.listen="+g.Admin)
	until, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for log.Count("Ctrl-C ends it.") == 0 {
		if !launch.Rest(until, 50*time.Millisecond) {
			t.Fatalf("the demo does not begin:\n%s", log)
		}
	}
	play(t, "demo.test.mjs", &harness.Gate{Gateway: g}, "SAID="+log.String())
	if code := demo.Stop(); code != 0 {
		t.Errorf("the demo ended with code %d:\n%s", code, log)
	}
}

// Three gateways on one Redis have the same keyring and the same users.
func TestThreeGatewaysShowTheSame(t *testing.T) {
	keys, server := program.Keys(t), redistest.Start(t)
	site := &harness.Site{Addr: serve(t)}
	people := users(t, filepath.Dir(keys))
	var gates []*harness.Gate
	var admins []string
	for range 3 {
		g := harness.NewGate(t, &program, harness.Settings{Store: server.URL(), Keys: keys, Rooms: []harness.Room{{
			Hosts: []string{"termine.localhost"}, Site: site, Claim: 3 * time.Minute,
		}}})
		gates, admins = append(gates, g), append(admins, g.Admin)
	}
	play(t, "three.test.mjs", gates[1], people, "ADMINS="+strings.Join(admins, " "))
}

// users puts the users of the tests beside a keyring in dir, and answers what a test needs to log in as them.
func users(t *testing.T, dir string) (env string) {
	t.Helper()
	people := map[string]person{}
	file := filepath.Join(dir, staff.FileName)
	roll, err := staff.LoadOrEmpty(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, role := range map[string]string{"olga": "operator", "otto": "operator", "uwe": "operator", "ines": "operator", "vera": "viewer", "anna": "admin"} {
		p := person{Password: "vier kurze wörter " + name, Secret: staff.NewTOTP()}
		people[name] = p
		grant := staff.Grant{Name: name, Role: role, Made: time.Now()}
		roll.Users = append(roll.Users, staff.User{Grant: grant, Password: staff.HashPassword(p.Password), TOTP: p.Secret})
	}
	if err := roll.Save(file); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(people)
	if err != nil {
		t.Fatal(err)
	}
	return "PEOPLE=" + string(text)
}

// serve is a site behind the rooms.
func serve(t *testing.T) string {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, "<!doctype html><html lang=en><title>Site</title><h1>Inside</h1>") // a browser that has gone is nobody's concern
	}))
	t.Cleanup(site.Close)
	return site.Listener.Addr().String()
}

// play plays a file of tests against a gateway; env is for the file.
func play(t *testing.T, file string, g *harness.Gate, env ...string) {
	t.Helper()
	chromium, err := fakegateway.Chromium(true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("../node_modules/playwright-core/package.json"); err != nil {
		t.Fatal(fakegateway.ErrDeps)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", "--test-reporter=spec", file, extent)
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "GATE="+g.Addr, "ADMIN="+g.Admin, "TOKEN="+launch.OperatorToken, "CHROMIUM="+chromium, "NODE_NO_WARNINGS=1")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, nodetest.Failing(out))
	}
	if !strings.Contains(string(out), "ℹ fail 0") || strings.Contains(string(out), "ℹ pass 0") {
		t.Fatalf("no test was run:\n%s", out)
	}
	for line := range strings.Lines(string(out)) {
		if figure, ok := strings.CutPrefix(line, "ℹ seen"); ok {
			t.Log("seen", strings.TrimSpace(figure))
		}
	}
}
