package citizens

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/internal/visitor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// atOnce sleeps not at all.
func atOnce(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// quickSite is a real portal that is never the reason to wait, with so many places.
func quickSite(t *testing.T, places int) *demo.Site {
	t.Helper()
	cfg := demo.Demo(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	cfg.Calendar.Days, cfg.Calendar.Places = 2, places
	cfg.Curve = demo.Curve{Rate: 1e9, Workers: 1000, Queue: 1000}
	site, err := demo.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	return site
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func crowd(t *testing.T, cfg Config) *Crowd {
	t.Helper()
	if cfg.MaxConcurrent == 0 {
		cfg.MaxConcurrent = 1000
	}
	if cfg.Sleep == nil {
		cfg.Sleep = atOnce
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func checkSums(t *testing.T, s Stats) {
	t.Helper()
	if s.Arrived != s.Waiting+s.Inside+s.Booked+s.SoldOut+s.GaveUp+s.TurnedAway+s.Failed+s.Stopped {
		t.Errorf("citizens do not add up: %+v", s)
	}
}

func TestCitizensBookEveryPlaceAndThenFindNone(t *testing.T) {
	site := quickSite(t, 48)
	c := crowd(t, Config{BaseURL: serve(t, site), AtOnce: 60, Total: 60, Seed: 1})
	c.Run(t.Context())
	s := c.Stats()
	checkSums(t, s)
	if s.Booked != 48 || s.SoldOut != 12 || s.Waiting+s.Inside != 0 || s.Lined != 0 {
		t.Errorf("got %+v", s)
	}
	if p := site.Stats(); p.Bookings != 48 || p.DoubleRefused != 0 {
		t.Errorf("the site says %+v", p)
	}
}

// gate is the waiting room's protocol before a site: everybody is in line for a
// number of polls.
type gate struct {
	site  http.Handler
	polls int // until somebody is called

	mu     sync.Mutex
	asked  map[string]int // polls, by ticket
	rude   []string       // what no browser would have done
	state  string         // if set, what everybody is told
	aways  int
	finish int // passes that were taken away in the middle of a booking
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	ticket, pass := cookie(r, "ticket"), cookie(r, "pass")
	switch {
	case r.URL.Path == "/.einlass/away":
		g.aways++
	case r.URL.Path == "/.einlass/status":
		g.status(w, r, ticket)
	case r.Header.Get("Sec-Fetch-Mode") != "navigate" || !strings.HasPrefix(r.Header.Get("Accept"), "text/html"):
		g.rude = append(g.rude, "a page load that says it is none: "+r.URL.Path)
	case pass != "" && g.finish > 0 && r.URL.Path == "/termine/waehlen":
		g.finish--
		http.SetCookie(w, &http.Cookie{Name: "pass", MaxAge: -1, Path: "/"})
		g.page(w)
	case pass != "":
		g.site.ServeHTTP(w, r)
	case ticket != "" && g.asked[ticket] >= g.polls && g.state == "":
		g.asked[ticket] = 0
		http.SetCookie(w, &http.Cookie{Name: "pass", Value: "1", Path: "/"})
		w.Header().Set("Location", r.URL.Path)
		w.Header().Set("Einlass-State", "inside")
		w.WriteHeader(http.StatusSeeOther)
	default:
		g.page(w)
	}
}

func (g *gate) page(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: "ticket", Value: fmt.Sprint(len(g.asked)), Path: "/"})
	g.asked[fmt.Sprint(len(g.asked))] = 0
	state := g.state
	if state == "" {
		state = "waiting"
	}
	w.Header().Set("Einlass-State", state)
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, `<a href="/termine">not the site's</a>`)
}

func (g *gate) status(w http.ResponseWriter, r *http.Request, ticket string) {
	if r.Header.Get("Accept") != "application/json" || ticket == "" {
		g.rude = append(g.rude, "a poll without a ticket or of the wrong kind")
	}
	g.asked[ticket]++
	state := g.state
	if state == "" && g.asked[ticket] >= g.polls {
		state = "called"
	}
	if state == "" {
		state = "waiting"
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"state": state, "next": 3000})
}

func cookie(r *http.Request, name string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

func TestCitizensWaitTheirTurn(t *testing.T) {
	g := &gate{site: quickSite(t, 200), polls: 3, asked: map[string]int{}}
	c := crowd(t, Config{BaseURL: serve(t, g), AtOnce: 20, Total: 20})
	c.Run(t.Context())
	s := c.Stats()
	checkSums(t, s)
	if s.Booked != 20 || s.Lined != 20 || s.LetIn != 20 || s.Polls != 60 || s.LinedOut != 0 {
		t.Errorf("got %+v", s)
	}
	if len(g.rude) > 0 {
		t.Errorf("%d times, first: %s", len(g.rude), g.rude[0])
	}
}

func TestACitizenWhoLosesThePassWaitsAgain(t *testing.T) {
	g := &gate{site: quickSite(t, 200), polls: 2, asked: map[string]int{}, finish: 5}
	c := crowd(t, Config{BaseURL: serve(t, g), AtOnce: 5, Total: 5})
	c.Run(t.Context())
	if s := c.Stats(); s.Booked != 5 || s.Lined != 10 || s.LinedOut != 5 || s.LetIn != 10 {
		t.Errorf("got %+v", s)
	}
}

func TestPollsComeNoSoonerThanTold(t *testing.T) {
	g := &gate{site: quickSite(t, 200), polls: 3, asked: map[string]int{}}
	var slept []time.Duration
	cfg := Config{BaseURL: serve(t, g), AtOnce: 1, Total: 1, Sleep: func(_ context.Context, d time.Duration) error {
		slept = append(slept, d)
		return nil
	}}
	c := crowd(t, cfg)
	c.Run(t.Context())
	// Arrival, first poll, then as the status says.
	if len(slept) < 4 || slept[1] != time.Second || slept[2] != 3*time.Second || slept[3] != 3*time.Second {
		t.Errorf("slept %v", slept)
	}
}

func TestPatienceEnds(t *testing.T) {
	g := &gate{site: quickSite(t, 200), polls: 1 << 30, asked: map[string]int{}}
	c := crowd(t, Config{BaseURL: serve(t, g), AtOnce: 4, Total: 4, Patience: 10 * time.Minute})
	c.Run(t.Context())
	s := c.Stats()
	checkSums(t, s)
	// At least five and at most twenty-odd minutes, one poll each three seconds.
	if s.GaveUp != 4 || g.aways != 4 || s.Polls < 4*95 {
		t.Errorf("got %+v, %d told of it", s, g.aways)
	}
}

func TestAClosedRoomTurnsCitizensAway(t *testing.T) {
	g := &gate{site: quickSite(t, 200), asked: map[string]int{}, state: "closed"}
	c := crowd(t, Config{BaseURL: serve(t, g), AtOnce: 3, Total: 3})
	c.Run(t.Context())
	if s := c.Stats(); s.TurnedAway != 3 {
		t.Errorf("got %+v", s)
	}
}

func TestCitizensGoWhenEverythingIsBooked(t *testing.T) {
	g := &gate{site: quickSite(t, 200), asked: map[string]int{}, state: "soldout"}
	c := crowd(t, Config{BaseURL: serve(t, g), AtOnce: 3, Total: 3})
	c.Run(t.Context())
	if s := c.Stats(); s.SoldOut != 3 {
		t.Errorf("got %+v", s)
	}
}

func TestCitizensTryAgainWhenASiteIsBroken(t *testing.T) {
	site := quickSite(t, 200)
	var mu sync.Mutex
	requests := 0
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		requests++
		n := requests
		mu.Unlock()
		switch {
		case n > 20:
			site.ServeHTTP(w, r)
		case n%4 == 1:
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusServiceUnavailable)
		case n%4 == 3:
			panic(http.ErrAbortHandler)
		default:
			site.ServeHTTP(w, r)
		}
	})
	c := crowd(t, Config{BaseURL: serve(t, h), AtOnce: 1, Total: 1})
	c.Run(t.Context())
	if s := c.Stats(); s.Booked != 1 || s.Errors < 2 {
		t.Errorf("got %+v", s)
	}
}

func TestACrowdThatIsEndedStopsAndWaitsForEverybody(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	in := make(chan struct{}, 3)
	c := crowd(t, Config{
		BaseURL: serve(t, quickSite(t, 200)), AtOnce: 1000, MaxConcurrent: 3,
		Sleep: func(ctx context.Context, d time.Duration) error {
			if d < time.Second { // the time between two arrivals
				return ctx.Err()
			}
			in <- struct{}{}
			<-ctx.Done() // whoever has come in stays
			return ctx.Err()
		},
	})
	c.cfg.Total = 100
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.Run(ctx)
	}()
	for range 3 {
		<-in
	}
	cancel()
	<-ended
	s := c.Stats()
	checkSums(t, s)
	if s.Stopped != 3 || s.Arrived != 3 || s.Waiting+s.Inside != 0 {
		t.Errorf("got %+v", s)
	}
}

func TestOnlyLoopbackIsATarget(t *testing.T) {
	for _, base := range []string{"http://127.0.0.1:8080", "http://127.1.2.3", "http://[::1]:80/", "https://localhost:8443", "http://termine.localhost"} {
		if _, err := New(Config{BaseURL: base, AtOnce: 1, MaxConcurrent: 1}); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
	for _, base := range []string{"http://192.0.2.1", "https://example.org", "http://0.0.0.0:80", "http://[2001:db8::1]", "http://localhost.example.org"} {
		if _, err := New(Config{BaseURL: base, AtOnce: 1, MaxConcurrent: 1}); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v", base, err)
		}
	}
	t.Run("nor is what a name resolves to", func(t *testing.T) {
		if err := onlyLoopback("tcp", "192.0.2.1:80", nil); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("got %v", err)
		}
		if err := onlyLoopback("tcp", "127.0.0.1:80", nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("nor is a redirect to elsewhere", func(t *testing.T) {
		elsewhere := http.RedirectHandler("http://192.0.2.1/", http.StatusFound)
		c := crowd(t, Config{BaseURL: serve(t, elsewhere), AtOnce: 1, Total: 1})
		_, err := newCitizen(c, 1).get(t.Context(), "/")
		if !errors.Is(err, visitor.ErrElsewhere) {
			t.Errorf("got %v", err)
		}
		c.idle()
	})
}

func TestAConfigNamesEverythingThatIsWrongWithIt(t *testing.T) {
	_, err := New(Config{BaseURL: "ftp://127.0.0.1", AtOnce: -1, Total: -1, Prefix: "x", Think: -1})
	for _, field := range []string{"base_url:", "at_once:", "per_minute, at_once:", "total:", "max_concurrent:", "prefix:", "think:"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in:\n%v", field, err)
		}
	}
}

func TestEveryCitizenHasAnotherName(t *testing.T) {
	seen := map[string]int{}
	for n := range 30_000 {
		name := letters(n)
		if m, ok := seen[name]; ok {
			t.Fatalf("%d and %d are both %s", m, n, name)
		}
		seen[name] = n
	}
}
