package demo

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slow is a site with one worker and one place in the queue, whose clock only
// moves when the test moves it. A page takes about a millisecond.
func slow() (Config, *testClock) {
	cfg := quick()
	clock := &testClock{now: noon, armed: make(chan struct{}, 1000)}
	cfg.Clock = clock
	cfg.Curve = Curve{Rate: 1000, Workers: 1, Queue: 1}
	return cfg, clock
}

// signals tell of every request that has been dealt with (done), and of every
// one whose browser has left or whose answer is complete (over).
type signals struct{ done, over chan struct{} }

// watched is a site that gives signals.
func watched(t *testing.T, cfg Config) (*Site, *httptest.Server, signals) {
	t.Helper()
	site, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := signals{make(chan struct{}, 1000), make(chan struct{}, 1000)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		context.AfterFunc(r.Context(), func() { s.over <- struct{}{} })
		defer func() { s.done <- struct{}{} }()
		site.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		site.Close()
		server.Close()
	})
	return site, server, s
}

// await takes n signals.
func await(signal <-chan struct{}, n int) {
	for range n {
		<-signal
	}
}

// pending is a request whose answer has not come yet.
type pending chan struct {
	answer
	err error
}

// begin sends a request and waits until the server has taken or refused it.
func (b *browser) begin(ctx context.Context, clock *testClock, r *http.Request) pending {
	b.t.Helper()
	p := make(pending, 1)
	go func() {
		resp, err := b.client.Do(r.WithContext(ctx))
		a := answer{}
		if err == nil {
			a.status, a.header = resp.StatusCode, resp.Header
			resp.Body.Close()
		}
		p <- struct {
			answer
			err error
		}{a, err}
	}()
	<-clock.armed
	return p
}

func (b *browser) request(method, path, body string) *http.Request {
	b.t.Helper()
	r, err := http.NewRequest(method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// running moves the clock for every request until stop is called, so that an
// ordinary browser gets its pages.
func running(clock *testClock) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-clock.armed:
				clock.advance(time.Second)
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
	}
}

func checkSums(t *testing.T, s Stats) {
	t.Helper()
	if s.Requests != s.Served+s.Errors+s.Timeouts+s.Open {
		t.Errorf("requests do not add up: %+v", s)
	}
}

func TestAFullServerRefusesAndServesWhoItTook(t *testing.T) {
	cfg, clock := slow()
	site, server, signal := watched(t, cfg)
	var ps []pending
	for range 2 {
		b := newBrowser(t, server)
		ps = append(ps, b.begin(t.Context(), clock, b.request("GET", "/", "")))
	}
	b := newBrowser(t, server)
	third := <-b.begin(t.Context(), clock, b.request("GET", "/", ""))
	if third.status != http.StatusServiceUnavailable || third.header.Get("Retry-After") != "10" {
		t.Errorf("the third one: %d %v %v", third.status, third.header, third.err)
	}
	<-signal.done
	if s := site.Stats(); s.Open != 2 || s.InFlight != 2 || s.Busy != 1 || s.Errors != 1 || s.Peak != 2 {
		t.Errorf("got %+v", s)
	}
	clock.advance(time.Minute)
	for _, p := range ps {
		if a := <-p; a.status != http.StatusOK {
			t.Errorf("one that was taken: %d %v", a.status, a.err)
		}
		<-signal.done
	}
	s := site.Stats()
	checkSums(t, s)
	if s.Served != 2 || s.Open != 0 || s.Rate != 3 {
		t.Errorf("got %+v", s)
	}
}

func TestACrashResetsConnectionsAndLosesSessions(t *testing.T) {
	cfg, clock := slow()
	cfg.Curve.CrashAt, cfg.Curve.CrashAfter, cfg.Curve.Recovery = 2, 10*time.Second, 30*time.Second
	cfg.Work.Start = 1e9 // nobody finishes the start page
	site, server, signal := watched(t, cfg)
	visitor := newBrowser(t, server)
	stop := running(clock)
	visitor.choose(eight)
	stop()
	await(signal.done, 3) // the calendar, the choice, the form
	if s := site.Stats(); s.Sessions != 1 || s.Holds != 1 {
		t.Fatalf("got %+v", s)
	}
	await(clock.armed, len(clock.armed))
	var ps []pending
	for range 2 {
		b := newBrowser(t, server)
		ps = append(ps, b.begin(t.Context(), clock, b.request("GET", "/", "")))
	}
	clock.advance(10 * time.Second)
	for _, p := range ps {
		if a := <-p; !errors.Is(a.err, syscall.ECONNRESET) {
			t.Errorf("in the crash: %d %v, want a reset", a.status, a.err)
		}
		<-signal.done
	}
	b := newBrowser(t, server)
	b.client.Transport.(*http.Transport).DisableKeepAlives = true
	if a := <-b.begin(t.Context(), clock, b.request("POST", "/termine/waehlen", "slot=x")); !errors.Is(a.err, syscall.ECONNRESET) {
		t.Errorf("while down: %d %v, want a reset", a.status, a.err)
	}
	<-signal.done
	var s Stats
	if err := json.Unmarshal([]byte(b.get("/_portal/stats").body), &s); err != nil {
		t.Fatal(err)
	}
	<-signal.done
	checkSums(t, s)
	if s.Crashes != 1 || s.Lost != 2 || s.Down != 1 || s.Errors != 3 || s.Sessions != 0 || s.Holds != 0 || s.HoldsLost != 1 {
		t.Errorf("got %+v", s)
	}
	clock.advance(30 * time.Second)
	await(clock.armed, len(clock.armed))
	stop = running(clock)
	if a := b.get("/healthz"); a.status != http.StatusOK {
		t.Errorf("after the recovery: %d", a.status)
	}
	stop()
	if s := site.Stats(); s.DownSeconds != 30 {
		t.Errorf("down for %v s", s.DownSeconds)
	}
}

// TestABrowserThatGivesUp sends the booking form and leaves before the answer.
func TestABrowserThatGivesUp(t *testing.T) {
	for _, tt := range []struct {
		name     string
		guardOff bool
		bookings int
	}{
		{"leaves no booking behind", false, 0},
		{"is booked all the same without the guard", true, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg, clock := slow()
			cfg.GuardOff = tt.guardOff
			site, server, signal := watched(t, cfg)
			b := newBrowser(t, server)
			stop := running(clock)
			form := b.choose(eight)
			stop()
			await(signal.done, 3) // the calendar, the choice, the form
			await(signal.over, 3)
			await(clock.armed, len(clock.armed))
			ctx, cancel := context.WithCancel(t.Context())
			body := "csrf=" + b.csrf(form) + "&slot=" + eight + "&name=Erika+Muster&birth=1980-12-24&email=e%40example.org&consent=ja"
			p := b.begin(ctx, clock, b.request("POST", "/termine/angaben", body))
			cancel()
			if a := <-p; !errors.Is(a.err, context.Canceled) {
				t.Fatalf("%d %v", a.status, a.err)
			}
			<-signal.over // the site could know by now
			clock.advance(time.Minute)
			<-signal.done
			s := site.Stats()
			checkSums(t, s)
			if s.Bookings != tt.bookings || s.Timeouts != 1 {
				t.Errorf("got %+v", s)
			}
		})
	}
}

func TestClosingLetsGoOfWhoeverWaits(t *testing.T) {
	cfg, clock := slow()
	site, server, signal := watched(t, cfg)
	b := newBrowser(t, server)
	p := b.begin(t.Context(), clock, b.request("GET", "/", ""))
	site.Close()
	if a := <-p; !errors.Is(a.err, syscall.ECONNRESET) {
		t.Errorf("%d %v, want a reset", a.status, a.err)
	}
	<-signal.done
	if _, err := b.client.Do(b.request("GET", "/", "")); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("after the close: %v", err)
	}
}
