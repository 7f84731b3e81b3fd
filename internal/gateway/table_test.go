package gateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/route"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// replace puts another set of rooms into service, in the place of the fixture's.
func (s *fixture) replace(rooms []config.Room, all ...gateway.RoomConfig) map[string]*gateway.Former {
	s.t.Helper()
	router, err := route.New((&config.Config{Rooms: rooms}).Routes())
	if err != nil {
		s.t.Fatal(err)
	}
	former, err := s.g.Replace(gateway.RoomSet{Rooms: all, Router: router})
	if err != nil {
		s.t.Fatal(err)
	}
	return former
}

var everything = config.Room{ID: "termine", Paths: []string{"/"}, Exclude: []string{"/impressum"}}

func isIdle(f *gateway.Former) bool {
	select {
	case <-f.Idle():
		return true
	default:
		return false
	}
}

func TestAReplacedRoomServesItsRequestsToTheirEnd(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 6000, Burst: 100})
	before := s.sites[0]
	b := s.browser()
	came, goOn, done := make(chan struct{}), make(chan struct{}), make(chan answer, 1)
	before.slow.Store(func() { close(came); <-goOn })
	go func() { done <- b.load("GET", "/impressum") }()
	<-came

	next := s.room("termine", queue.Pace{Rate: 6000, Burst: 100})
	next.Line = s.lines[0]
	former := s.replace([]config.Room{everything}, next)
	behind := s.sites[1]
	if a := b.load("GET", "/impressum"); a.StatusCode != 200 || behind.seen.Load() != 1 {
		t.Errorf("after the change: %s, the new site saw %d requests", a.Status, behind.seen.Load())
	}
	if isIdle(former["termine"]) {
		t.Error("idle while a request is under way")
	}
	close(goOn)
	if a := <-done; a.StatusCode != 200 || !strings.HasPrefix(a.body, "site GET /impressum") {
		t.Errorf("the request under way: %s %q", a.Status, a.body)
	}
	<-former["termine"].Idle()
	if n := behind.seen.Load(); n != 1 {
		t.Errorf("the new site saw %d requests", n)
	}
}

func TestASetThatIsNotCompleteLeavesTheOldOne(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1})
	for _, set := range []gateway.RoomSet{{}, {Rooms: []gateway.RoomConfig{{ID: "x"}}}} {
		if _, err := s.g.Replace(set); err == nil {
			t.Errorf("%+v is taken", set)
		}
	}
	router, err := route.New((&config.Config{Rooms: []config.Room{everything}}).Routes())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.g.Replace(gateway.RoomSet{Rooms: []gateway.RoomConfig{{ID: "x"}}, Router: router}); err == nil || !strings.Contains(err.Error(), `"x" is not complete`) {
		t.Error(err)
	}
	if a := s.browser().load("GET", "/"); a.StatusCode != 200 {
		t.Error(a.Status)
	}
}

func TestRoomsComeAndGoByTheirHost(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 600, Burst: 100})
	b := s.browser()
	one := config.Room{ID: "kfz", Hosts: []string{"kfz.example"}, Paths: []string{"/"}}
	cfg := s.room("kfz", queue.Pace{Rate: 600, Burst: 100})
	pages, err := s.library.Site(web.SiteConfig{Title: "Zulassung", Room: "kfz"})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Pages = pages
	former := s.replace([]config.Room{one}, cfg)
	if !isIdle(former["termine"]) {
		t.Error("a room that nobody uses is not idle")
	}
	if a := b.load("GET", "/", "Host", "kfz.example"); a.StatusCode != http.StatusOK {
		t.Error(a.Status)
	}
	if a := b.load("GET", "/"); a.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("a host that is gone: %s", a.Status)
	}
	if a := b.poll("room=termine"); !strings.Contains(a, "unknown-room") {
		t.Errorf("a poll of a room that is gone: %s", a)
	}
}

func TestWhatAStayUsesIsKnownBehindAChangeOfTheSet(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 6000, Burst: 100})
	s.pass(time.Minute)
	b := s.browser()
	b.load("GET", "/")
	b.load("GET", "/")
	known := s.g.KnownStays()
	if known == 0 {
		t.Fatal("no stay is known")
	}
	next := s.room("termine", queue.Pace{Rate: 6000, Burst: 100})
	next.Line = s.lines[0]
	next.StayInFlight = 3
	s.replace([]config.Room{everything}, next)
	if n := s.g.KnownStays(); n != known {
		t.Errorf("%d stays are known, %d were", n, known)
	}
}
