// Package gate drives Chromium through the real gateway: what counts is what a browser sends by itself, and that no
// part of it takes a number, and what becomes of a place on the ways that people take. The tests are written for node in *.test.mjs.
package gate

import (
	"context"
	"fmt"
	"net"
	"net/http"
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

// rooms are the names of the rooms, one for a test, each at <name>.localhost. Such a host is as trustworthy to browsers
// as one with TLS, and every two of them are different sites. plain.test is none of that.
var rooms = []string{"worker", "frames", "press", "cookies", "scriptless", "form", "leave", "tabs", "prerender", "prefetch", "plain", "longer", "letter", "device", "language"}

func TestNobodyButAPersonTakesANumber(t *testing.T) {
	t.Parallel()
	site := &harness.Site{Addr: serveSite(t)}
	var settings harness.Settings
	for _, name := range rooms {
		host := name + ".localhost"
		if name == "plain" {
			host = "plain.test"
		}
		room := harness.Room{ID: name, Hosts: []string{host}, Site: site, Exclude: []string{"/open"}}
		if name == "leave" {
			// Time for two steps between two refreshes of a page without script.
			room.PollMin, room.PollMax = 5*time.Second, 6*time.Second
		}
		if name == "longer" {
			// Somebody at the end of a line of 30 waits for some minutes.
			room.Rate, room.Burst = 12, 1
		}
		settings.Rooms = append(settings.Rooms, room)
	}
	play(t, "visitors.test.mjs", settings, played)
}

// play starts a gateway and plays a file of tests against it, of which so many must be played. What prepares the gateway comes before.
func play(t *testing.T, file string, settings harness.Settings, count int, prepare ...func(*harness.Gate)) {
	t.Helper()
	g := harness.NewGate(t, &program, settings)
	for _, p := range prepare {
		p(g)
	}
	out, err := node(t, g, "--test-reporter=spec", file, extent).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, nodetest.Failing(out))
	}
	if want := fmt.Sprintf("ℹ pass %d\n", count); !strings.Contains(string(out), want) {
		t.Fatalf("not all of %d tests were run:\n%s", count, out)
	}
}

// node is a program against a gateway.
func node(t *testing.T, g *harness.Gate, args ...string) *exec.Cmd {
	t.Helper()
	chromium, err := engine()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := fakegateway.Chromium(false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("../node_modules/playwright-core/package.json"); err != nil {
		t.Fatal(fakegateway.ErrDeps)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "GATE="+g.Addr, "ADMIN="+g.Admin, "TOKEN="+launch.OperatorToken, "CHROMIUM="+chromium, "WHOLE_CHROMIUM="+whole, "NODE_NO_WARNINGS=1")
	return cmd
}

// pages of the site. Below /open nobody needs a pass.
var pages = map[string]string{
	"/open/install": `<h1>Open</h1><script>
navigator.serviceWorker.register('/open/worker.js', { scope: '/' }).then(() => navigator.serviceWorker.ready)
  .then(() => { document.title = 'installed'; });
</script>`,
	"/open/guess": `<h1>Open</h1><script>
const rules = document.createElement('script');
rules.type = 'speculationrules';
rules.textContent = JSON.stringify({ [location.hash.slice(1)]: [{ urls: ['/termine'], eagerness: 'immediate' }] });
document.head.append(rules);
</script>`,
	"/open/framing": `<h1>Open</h1><iframe src="/termine?ort=3" width="600" height="500"></iframe>`,
	"/open/form":    `<h1>Open</h1><form method="post" action="/buchen"><input name="name" id="name"><button>Send</button></form>`,
}

const worker = `self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (e) => e.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (e) => { if (e.request.mode === 'navigate') e.respondWith(fetch(e.request)); });
`

func serveSite(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/open/worker.js" {
			w.Header().Set("Content-Type", "text/javascript")
			w.Header().Set("Service-Worker-Allowed", "/")
			_, _ = fmt.Fprint(w, worker) // a browser that has gone is nobody's concern
			return
		}
		body, ok := pages[r.URL.Path]
		if !ok {
			body = "<h1>Inside</h1><p id=mode>" + r.Method + " " + r.Header.Get("Sec-Fetch-Mode") + " " + r.Header.Get("Sec-Fetch-Dest")
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, "<!doctype html><html lang=en><title>Site</title>"+body)
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ln) // ends by Close
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return ln.Addr().String()
}
