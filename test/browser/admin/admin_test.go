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
	"github.com/einlass/einlass/test/browser/fakegateway"
	"github.com/einlass/einlass/test/browser/nodetest"
	"github.com/einlass/einlass/test/e2e/harness"
)

var program harness.Program

func TestMain(m *testing.M) { os.Exit(harness.Main(m, &program)) }

// rooms are the names of the rooms, one for a test, each at <name>.localhost.
var rooms = []string{"pace", "pause", "message", "sold", "conflict", "keyboard", "small", "words", "place", "plan", "rare", "out"}

func TestWhatOperatorsSeeAndChange(t *testing.T) {
	t.Parallel()
	site := &harness.Site{Addr: serve(t)}
	var settings harness.Settings
	for _, name := range rooms {
		settings.Rooms = append(settings.Rooms, harness.Room{
			ID: name, Hosts: []string{name + ".localhost"}, Site: site, Claim: 3 * time.Minute,
		})
	}
	play(t, "operate.test.mjs", harness.NewGate(t, &program, settings))
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
	people := map[string]person{}
	roll, err := staff.LoadOrEmpty(filepath.Join(settings.State, staff.FileName))
	if err != nil {
		t.Fatal(err)
	}
	for name, role := range map[string]string{"olga": "operator", "otto": "operator", "vera": "viewer", "anna": "admin"} {
		p := person{Password: "vier kurze wörter " + name, Secret: staff.NewTOTP()}
		people[name] = p
		grant := staff.Grant{Name: name, Role: role, Made: time.Now()}
		roll.Users = append(roll.Users, staff.User{Grant: grant, Password: staff.HashPassword(p.Password), TOTP: p.Secret})
	}
	if err := roll.Save(filepath.Join(settings.State, staff.FileName)); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(people)
	if err != nil {
		t.Fatal(err)
	}
	play(t, "login.test.mjs", harness.NewGate(t, &program, settings), "PEOPLE="+string(text))
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
	cmd := exec.CommandContext(ctx, "node", "--test-reporter=spec", file)
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
}
