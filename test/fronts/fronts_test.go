//go:build long

package fronts

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

// patience is for what a real proxy does in its own time.
const patience = 30 * time.Second

// newGate is a gateway for the site of the examples.
func newGate(t *testing.T, s *site, trusted ...string) *harness.Gate {
	t.Helper()
	program := harness.At(gateway)
	return harness.NewGate(t, &program, harness.Settings{
		Trusted: trusted, Rooms: []harness.Room{{Hosts: []string{host}, Site: &s.Site, Rate: 6000, Burst: 100}},
	})
}

// probe is what the operator's command prints; the error is its exit code.
func probe(t *testing.T, g *harness.Gate, r *running) (string, error) {
	t.Helper()
	return launch.Run(t.Context(), gateway, "config", "check", g.File, "--probe", "https://"+host+"/", "--connect", r.addr, "--ca-file", r.cert)
}

func until(t *testing.T, ok func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := launch.Until(ctx, ok); err != nil {
		t.Fatal(err)
	}
}

func TestEachExampleOfAFrontDoesAllThatItMust(t *testing.T) {
	for name, f := range fronts {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			g := newGate(t, s, "127.0.0.1/32")
			r := f.start(t, g)
			v := r.visitor(t)
			until(t, func() error {
				out, err := probe(t, g, r)
				if err == nil && (strings.Contains("\n"+out, "\nwarning: ") || strings.Count(out, "ok: ") < 14) {
					err = errors.New(out)
				}
				return err
			})
			waits(t, v, g)
			forgedFieldsEnd(t, v)
			passes(t, v, s)
			redirects(t, v)
			survives(t, v, g)
		})
	}
}

func TestEachExampleWithoutTrustIsFoundOut(t *testing.T) {
	for name, f := range fronts {
		t.Run(name, func(t *testing.T) {
			g := newGate(t, newSite(t))
			out, err := probe(t, g, f.start(t, g))
			if err == nil {
				t.Fatalf("the probe says that all is well:\n%s", out)
			}
			for _, want := range []string{
				"error: the gateway sees the proxy's address 127.0.0.1 as that of every visitor", "set trusted_proxies: [127.0.0.1/32]",
				"error: visitors come by https and the gateway sees http", "error: cookies are not Secure",
			} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("not said: %s\n%v", want, err)
				}
			}
			if g.Logged("a proxy in front is not trusted") != 1 {
				t.Errorf("the gateway's log:\n%s", g.Log())
			}
		})
	}
}

// waits: a visitor gets a number and a Secure cookie, waits and is let in.
func waits(t *testing.T, v *visitor, g *harness.Gate) {
	t.Helper()
	g.Set(t, `{"mode": "pause"}`)
	a := v.mustGet("/")
	// As soon as the gateway has heard that its line is paused, the page says so.
	if state := a.Header.Get("Einlass-State"); a.StatusCode != 200 || state != "waiting" && state != "paused" || !strings.Contains(a.Header.Get("Cache-Control"), "no-store") {
		t.Fatalf("the waiting page is %d %v %.300q", a.StatusCode, a.Header, a.text)
	}
	if c := a.Header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-einlass-termine=") || !strings.Contains(c, "; Secure") {
		t.Errorf("the cookie is %q", c)
	}
	g.Set(t, `{"mode": "run"}`)
	until(t, func() error {
		a, err := v.get("/")
		if err != nil {
			return err
		}
		return a.inside()
	})
}

// forged are fields that a visitor may send, and no value of which reaches the site.
var forged = map[string]string{
	"X-Forwarded-For": "192.0.2.66", "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "forged.invalid", "X-Forwarded-Port": "66",
	"X-Forwarded-Prefix": "/forged", "X-Forwarded-Uri": "/forged", "X-Real-Ip": "192.0.2.66", "X-Original-Url": "/forged",
	"X-Rewrite-Url": "/forged", "True-Client-Ip": "192.0.2.66", "Front-End-Https": "forged", "Forwarded": "for=192.0.2.66;proto=gopher;host=forged.invalid",
}

// forgedFieldsEnd: the site sees the visitor's address, https and the host, and nothing that the visitor wrote about them.
func forgedFieldsEnd(t *testing.T, v *visitor) {
	t.Helper()
	var fields []string
	for name, value := range forged {
		fields = append(fields, name, value)
	}
	a := v.mustGet("/", fields...)
	if err := a.inside(); err != nil {
		t.Fatal(err)
	}
	var seen http.Header
	if err := json.Unmarshal([]byte(a.text), &seen); err != nil {
		t.Fatal(err)
	}
	for name, value := range forged {
		for field, got := range seen {
			if field == name && strings.Contains(strings.Join(got, ", "), value) {
				t.Errorf("%s: %q reaches the site", name, got)
			}
		}
	}
	first, _, _ := strings.Cut(seen.Get("X-Forwarded-For"), ",")
	if first != visitorAddress || seen.Get("X-Forwarded-Proto") != "https" || seen.Get("Host") != host {
		t.Errorf("the site sees %v", seen)
	}
}

// passes: a WebSocket, a stream of events as it comes, and a megabyte.
func passes(t *testing.T, v *visitor, s *site) {
	t.Helper()
	if err := v.echoes(v.open(), "hello"); err != nil {
		t.Errorf("WebSocket: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := v.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	// The second event is sent when the first one is here: a front that keeps it back would wait for ever.
	lines := bufio.NewScanner(res.Body)
	for _, want := range []string{"data: one", "", "data: two"} {
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("stream of events: %q, want %q: %v", lines.Text(), want, lines.Err())
		}
		if want == "data: one" {
			s.second <- struct{}{}
		}
	}
	const megabyte = 1 << 20
	a, err := v.ask(http.MethodPost, "https://"+host+"/upload", bytes.NewReader(make([]byte, megabyte)))
	if err != nil || a.text != fmt.Sprintln(megabyte, nil) {
		t.Errorf("an upload is answered %q, %v", a.text, err)
	}
}

// redirects: http leads to https.
func redirects(t *testing.T, v *visitor) {
	t.Helper()
	a, err := v.ask(http.MethodGet, "http://"+host+"/buchen?tag=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	// In the test the front with TLS has another port, which Caddy says.
	to := a.Request.URL.String()
	if a.StatusCode/100 == 3 {
		to = a.Header.Get("Location")
	}
	if !strings.HasPrefix(to, "https://"+host) || !strings.HasSuffix(to, "/buchen?tag=1") {
		t.Errorf("http:// is answered %d and leads to %q", a.StatusCode, to)
	}
}

// survives: a reload of the gateway breaks nothing; a gateway that is away gives the front's page, and one that is back is found.
func survives(t *testing.T, v *visitor, g *harness.Gate) {
	t.Helper()
	c := v.open()
	if said := g.Reload(); !strings.Contains(said, "configuration in force") {
		t.Errorf("the reload: %s", said)
	}
	if err := v.echoes(c, "still here"); err != nil {
		t.Errorf("a WebSocket after a reload: %v", err)
	}
	if err := v.mustGet("/").inside(); err != nil {
		t.Errorf("after a reload: %v", err)
	}
	_ = c.CloseNow()
	if code := g.Stop(); code != 0 {
		t.Errorf("the gateway ends with %d", code)
	}
	until(t, func() error {
		a, err := v.get("/")
		if err == nil && (a.StatusCode != 503 || !strings.Contains(a.text, "There is a problem at the moment") || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Retry-After") != "10") {
			err = fmt.Errorf("no gateway: %d %v %.200q", a.StatusCode, a.Header, a.text)
		}
		return err
	})
	g.Start()
	until(t, func() error {
		a, err := v.get("/")
		if err != nil {
			return err
		}
		return a.inside()
	})
}
