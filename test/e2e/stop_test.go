package e2e

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// slowSite answers /slow when it is told to, and everything else at once.
type slowSite struct {
	*harness.Site
	came, goOn chan struct{}
}

// newSlowSite serves at an address until the test ends; empty: any.
func newSlowSite(t *testing.T, addr string) *slowSite {
	t.Helper()
	s := &slowSite{came: make(chan struct{}), goOn: make(chan struct{})}
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Site", "yes")
		if r.URL.Path == "/free/slow" {
			s.came <- struct{}{}
			<-s.goOn
		}
		_, _ = io.WriteString(w, "site")
	})}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(ln) })
	t.Cleanup(func() { _ = server.Close(); served.Wait() })
	s.Site = &harness.Site{Addr: ln.Addr().String()}
	return s
}

func signal(t *testing.T, g *harness.Gate, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(g.Process().Pid(), s); err != nil {
		t.Fatal(err)
	}
}

// readiness is the status of /readyz.
func readiness(ctx context.Context, g *harness.Gate) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.Ready, nil)
	if err != nil {
		return 0
	}
	a, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	_ = a.Body.Close()
	return a.StatusCode
}

// free is the status of an open page of the site, 0 for none.
func free(ctx context.Context, g *harness.Gate, c *http.Client) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.URL()+"/free", nil)
	if err != nil {
		return 0
	}
	a, err := c.Do(req)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, a.Body)
	_ = a.Body.Close()
	return a.StatusCode
}

func TestWhileItDrainsAGatewayIsNotReadyAndRefusesNobody(t *testing.T) {
	t.Parallel()
	site := newSlowSite(t, "")
	g := harness.NewGate(t, &program, harness.Settings{
		Drain: 5 * time.Minute, Rooms: []harness.Room{{Site: site.Site, Rate: 6000, Burst: 100, Exclude: []string{"/free"}}},
	})
	inside := harness.NewBrowser(g)
	until(t, time.Minute, "somebody is inside", func(ctx context.Context) bool {
		a, err := inside.Visit(ctx, "/")
		return err == nil && a.FromSite()
	})
	if got := readiness(t.Context(), g); got != 200 {
		t.Fatalf("before the stop /readyz is %d", got)
	}
	signal(t, g, syscall.SIGTERM)
	until(t, time.Minute, "not ready", func(ctx context.Context) bool { return readiness(ctx, g) == 503 })
	for range 30 { // each on a connection of its own, as a balancer that has not noticed opens them
		if a := free(t.Context(), g, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}); a != 200 {
			t.Errorf("an open page is answered %d", a)
		}
		if a, err := harness.NewBrowser(g).Visit(t.Context(), "/"); err != nil || a.StatusCode != 200 {
			t.Errorf("an arrival: %v, %v", a, err)
		}
	}
	if a, err := inside.Load(t.Context(), "GET", "/"); err != nil || !a.FromSite() {
		t.Errorf("somebody inside: %v, %v", a, err)
	}
	if got := readiness(t.Context(), g); got != 503 {
		t.Errorf("while it drains /readyz is %d", got)
	}
	for text, times := range map[string]int{"stop asked for": 1, "not ready any more": 1, "no new connections": 0} {
		if n := g.Logged(text); n != times {
			t.Errorf("the log says %q %d times, want %d", text, n, times)
		}
	}
	signal(t, g, syscall.SIGTERM) // a second one ends it at once
	until(t, time.Minute, "the end", func(context.Context) bool { return !g.Process().Alive() })
	g.Start() // so that the test ends as it begins, with a gateway that stops well
	signal(t, g, syscall.SIGINT)
	until(t, time.Minute, "the end by Ctrl-C, which nobody waits for", func(context.Context) bool { return !g.Process().Alive() })
	if code, n := g.Stop(), g.Logged("not ready any more"); code != 0 || n != 1 {
		t.Errorf("exit code %d, and %d drains", code, n)
	}
}

func TestBehindTheDrainWhatRunsIsFinished(t *testing.T) {
	t.Parallel()
	site := newSlowSite(t, "")
	g := harness.NewGate(t, &program, harness.Settings{
		Drain: 100 * time.Millisecond, Rooms: []harness.Room{{Site: site.Site, Exclude: []string{"/free"}}},
	})
	answered := make(chan *harness.Answer, 1)
	go func() {
		a, err := harness.NewBrowser(g).Load(t.Context(), "GET", "/free/slow")
		if err != nil {
			t.Error(err)
		}
		answered <- a
	}()
	<-site.came
	signal(t, g, syscall.SIGTERM)
	until(t, time.Minute, "no new connections", func(context.Context) bool {
		return g.Logged(`"no new connections; waits for what is under way","requests":1,"websockets":0,"at_most":30`) == 1
	})
	until(t, time.Minute, "a connection that is refused", func(ctx context.Context) bool {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", g.Addr)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	if !g.Process().Alive() {
		t.Error("it has ended with a request under way")
	}
	close(site.goOn)
	if a := <-answered; a == nil || a.StatusCode != 200 || a.Body != "site" {
		t.Errorf("the answer is %v", a)
	}
	until(t, time.Minute, "the end", func(context.Context) bool { return !g.Process().Alive() }) // a second signal would hurry it
	if code := g.Stop(); code != 0 || g.Logged("all requests have ended") != 1 || g.Logged(`"msg":"stopped"`) != 1 {
		t.Errorf("exit code %d, and the log says\n%s", code, g.Log())
	}
}
