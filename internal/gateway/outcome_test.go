package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

// offering puts a real site behind the fixture's room, which recognises what cfg says.
func (s *fixture) offering(t *testing.T, pace queue.Pace, site http.Handler, cfg func(*gateway.RoomConfig)) {
	t.Helper()
	origin := httptest.NewServer(site)
	t.Cleanup(origin.Close)
	behind := config.DefaultRoom().Backend
	behind.Addresses = []string{origin.URL}
	backend, err := proxy.New(behind, proxy.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = backend.Stop(t.Context()) })
	room := s.room("termine", pace)
	room.Line, room.Backend = s.lines[0], backend
	cfg(&room)
	s.replace([]config.Room{everything}, room)
}

// booked is how many the store has counted, and how often it was told.
func (s *fixture) booked() (n int64, reports uint64) {
	s.t.Helper()
	o := s.stored().Opening
	return o.Booked, o.Reports
}

func (s *fixture) wantBooked(what string, want int64) {
	s.t.Helper()
	if n, _ := s.booked(); n != want {
		s.t.Errorf("%s: %d booked, want %d", what, n, want)
	}
}

// formSite books with each form and leads to a page that says what was booked; forms to /storno give it back.
type formSite struct {
	booked atomic.Int64
	same   atomic.Bool // it knows a double click, and leads to the first booking
}

func (f *formSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodPost:
		_, _ = io.WriteString(w, "page")
	case strings.HasPrefix(r.URL.Path, "/storno"):
		w.WriteHeader(http.StatusNoContent)
	case f.same.Load():
		http.Redirect(w, r, fmt.Sprintf("/danke?nr=%d", f.booked.Load()), http.StatusSeeOther)
	default:
		http.Redirect(w, r, fmt.Sprintf("/danke?nr=%d", f.booked.Add(1)), http.StatusSeeOther)
	}
}

func source(t *testing.T, text string) booking.Source {
	t.Helper()
	from, err := booking.ParseSource(text)
	if err != nil {
		t.Fatal(err)
	}
	return from
}

// formRules recognise what a formSite does, by its references.
func formRules(t *testing.T) func(*gateway.RoomConfig) {
	return func(cfg *gateway.RoomConfig) {
		cfg.Bookings = []booking.Rule{{Path: "/buchen", Methods: []string{"POST"}, Redirect: "/danke", Ref: source(t, "query nr")}}
		cfg.Frees = []booking.Rule{{Path: "/storno", Methods: []string{"POST"}, Ref: source(t, "query nr")}}
	}
}

func TestAFormSiteThatKnowsNothingOfTheGatewayIsCounted(t *testing.T) {
	s, site := newFixture(t, slow), &formSite{}
	b := s.inside()
	s.offering(t, slow, site, formRules(t))
	if a := b.send("/buchen", urlencoded, "name=Anna"); a.StatusCode != 303 || a.Header.Get("Location") != "/danke?nr=1" {
		t.Fatalf("%d %v", a.StatusCode, a.Header)
	}
	s.wantBooked("a form", 1)
	site.same.Store(true)
	b.send("/buchen", urlencoded, "name=Anna")
	b.load("GET", "/danke?nr=1")
	b.load("GET", "/danke?nr=1")
	s.wantBooked("a double click, and the page that says so", 1)
	site.same.Store(false)
	b.send("/buchen", urlencoded, "name=Berta")
	s.wantBooked("another form", 2)
	b.send("/storno?nr=1", urlencoded, "")
	b.send("/storno?nr=1", urlencoded, "")
	s.wantBooked("the first is given back, twice", 1)
}

func TestAJSONSiteIsCountedByTheHeadOfItsAnswer(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	count, err := booking.ParseCount("header X-Seats")
	if err != nil {
		t.Fatal(err)
	}
	var id atomic.Int64
	site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		if r.Method != http.MethodPost {
			return
		}
		if r.URL.Query().Has("full") {
			w.WriteHeader(http.StatusConflict)
			return
		}
		w.Header().Set("X-Booking-Id", fmt.Sprint(id.Load()))
		w.Header().Set("X-Seats", "3")
		w.Header().Set("Location", fmt.Sprintf("/api/bookings/%d", id.Load()))
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"ok":true}`)
	})
	s.offering(t, slow, site, func(cfg *gateway.RoomConfig) {
		cfg.Bookings = []booking.Rule{{
			Path: "/api/bookings", Methods: []string{"POST"}, Status: [][2]int{{201, 201}}, Ref: source(t, "header X-Booking-Id"), Count: count,
		}}
	})
	post := func(path string) { b.load("POST", path, append([]string{"Accept", "application/json"}, script...)...) }
	post("/api/bookings?full")
	s.wantBooked("a refusal", 0)
	post("/api/bookings")
	post("/api/bookings") // the site answers a repetition with the same booking
	s.wantBooked("a party of three", 3)
	id.Store(7)
	post("/api/bookings")
	s.wantBooked("another one", 6)
	b.load("GET", "/api/bookings/7")
	s.wantBooked("a look at it", 6)
}

func TestAPageWithoutAReferenceCountsOnceForItsVisitor(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	s.offering(t, slow, &formSite{}, func(cfg *gateway.RoomConfig) {
		cfg.Bookings = []booking.Rule{{Path: "/danke", Methods: []string{"GET"}}}
	})
	for _, load := range []struct {
		what string
		do   func()
		want int64
	}{
		{"fetched ahead", func() { b.load("GET", "/danke?nr=1", "Sec-Purpose", "prefetch") }, 0},
		{"a picture in another site", func() {
			b.load("GET", "/danke?nr=1", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image")
		}, 0},
		{"a head alone", func() { b.load("HEAD", "/danke?nr=1") }, 0},
		{"the page", func() { b.load("GET", "/danke?nr=1") }, 1},
		{"loaded again", func() { b.load("GET", "/danke?nr=1") }, 1},
		{"another page", func() { b.load("GET", "/danke?nr=2") }, 2},
	} {
		load.do()
		s.wantBooked(load.what, load.want)
	}
	s.pass(2 * time.Second)
	s.inside0(t).load("GET", "/danke?nr=1")
	s.wantBooked("the same page of somebody else", 3)
}

// The page by which a stay ends is one that is loaded again, by a pass that is sealed.
func TestABookingThatEndsTheStayIsToldWithTheEndAndCountsOnce(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	last := []booking.Rule{{Path: "/danke", Methods: []string{"GET"}}}
	last[0].Ref = source(t, "header X-Shown") // a site that calls each look at it something else
	var shown atomic.Int64
	site := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Shown", fmt.Sprint(shown.Add(1)))
		_, _ = io.WriteString(w, "page")
	})
	s.offering(t, slow, site, func(cfg *gateway.RoomConfig) { cfg.Bookings, cfg.Finish = last, last })
	for range 3 {
		if a := b.load("GET", "/danke"); a.body != "page" {
			t.Fatalf("%d", a.StatusCode)
		}
	}
	s.wantBooked("a page and two reloads", 1)
	if n := s.finished(); n != 1 {
		t.Errorf("%d finished", n)
	}
}

// What the store could not be told is told when it is back, once.
func TestABookingWhileTheStoreIsAwayIsToldLater(t *testing.T) {
	s, site := newFixture(t, slow), &formSite{}
	b := s.inside()
	s.offering(t, slow, site, formRules(t))
	s.away.Store(true)
	s.pass(time.Second)
	if a := b.send("/buchen", urlencoded, "name=Anna"); a.StatusCode != 303 {
		t.Fatalf("the booking: %d", a.StatusCode)
	}
	if f, err := s.stores["termine"].Snapshot(t.Context()); err != nil || f.Opening.Booked != 0 {
		t.Fatalf("the store is not away: %d booked, %v", f.Opening.Booked, err)
	}
	s.away.Store(false)
	for range 3 {
		s.pass(time.Second)
	}
	s.wantBooked("the gateway has told it", 1)
	if _, reports := s.booked(); reports != 1 {
		t.Errorf("told %d times", reports)
	}
}

func TestTheSiteCommandsByAFieldThatVisitorsNeitherSeeNorSend(t *testing.T) {
	both := []string{"finish", "booked", "freed", "sold-out", "pause"}
	for _, test := range []struct {
		name             string
		allowed, field   []string
		booked, finished int64
		paused, warned   bool
	}{
		{"a booking", both[:3], []string{`booked;count=2;ref="A17"`}, 2, 0, false, false},
		{"one booking in two fields", both[:3], []string{`booked;ref="A17"`, `booked;ref=A17`}, 1, 0, false, false},
		{"two, and the end", both[:3], []string{`booked;ref="A17", booked;ref="A18", finish`}, 2, 1, false, false},
		{"nothing booked", both[:3], []string{`booked;count=0;ref="A17"`}, 0, 0, false, false},
		{"booked and given back", both[:3], []string{`booked;count=3;ref="A17", freed;ref="A17"`}, 2, 0, false, false},
		{"what is no command", both[:3], []string{"close, booked"}, 1, 0, false, true},
		{"no list", both[:3], []string{"booked;;"}, 0, 0, false, true},
		{"not allowed", both[:1], []string{"booked, freed, sold-out, pause"}, 0, 0, false, false},
		{"the room was not asked", both[:3], []string{"sold-out, pause"}, 0, 0, false, false},
		{"sold out", both, []string{"sold-out"}, 9, 0, false, false},
		{"pause", both, []string{"pause"}, 0, 0, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newFixture(t, slow)
			s.plan(queue.Step{Phase: queue.PhaseOpen, SetQuota: true, Quota: 9, Per: 1})
			b := s.inside()
			var paused atomic.Int64
			site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Einlass-Command") != "" {
					t.Error("the visitor's field reaches the site")
				}
				w.Header()["Einlass-Command"] = test.field
			})
			s.offering(t, slow, site, func(cfg *gateway.RoomConfig) {
				cfg.Commands, cfg.Pause = test.allowed, func() { paused.Add(1) }
			})
			for range 2 { // the second click
				a := b.load("GET", "/danke", "Einlass-Command", "booked;count=7")
				if a.StatusCode != 200 || a.Header.Get("Einlass-Command") != "" {
					t.Fatalf("%d %v", a.StatusCode, a.Header)
				}
			}
			s.wantBooked("told", test.booked)
			if n := s.finished(); n != test.finished {
				t.Errorf("%d finished, want %d", n, test.finished)
			}
			if n := paused.Load(); n > 1 || (n == 1) != test.paused {
				t.Errorf("asked to pause %d times", n)
			}
			warned := s.logs.FilterMessage("the site gave a command that is none").Len()
			if warned > 1 || (warned == 1) != test.warned {
				t.Errorf("warned %d times", warned)
			}
		})
	}
}

// A page for which nobody needs a pass is of nobody inside, whatever the site says with it.
func TestACommandOnAnOpenPathIsNotObeyed(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	site := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Einlass-Command", "booked, finish") })
	s.offering(t, slow, site, func(*gateway.RoomConfig) {})
	if a := b.load("GET", "/impressum"); a.StatusCode != 200 || a.Header.Get("Einlass-Command") != "" {
		t.Fatalf("%d %v", a.StatusCode, a.Header)
	}
	s.wantBooked("an open page", 0)
	if n := s.finished(); n != 0 {
		t.Errorf("%d finished", n)
	}
}

// A site that says what it books has rules too, from before it could.
func TestACommandStandsInThePlaceOfTheRules(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/danke/neu" {
			w.Header().Set("Einlass-Command", `booked;count=2;ref="A17"`)
		}
	})
	s.offering(t, slow, site, func(cfg *gateway.RoomConfig) {
		cfg.Bookings = []booking.Rule{{Path: "/danke", Methods: []string{"GET"}}}
	})
	b.load("GET", "/danke/neu")
	s.wantBooked("by both", 2)
	b.load("GET", "/danke")
	s.wantBooked("by the rule alone", 3)
}
