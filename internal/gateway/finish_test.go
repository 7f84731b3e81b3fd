package gateway_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// finishes lets the site say with the answer to a form that the stay is done. It is the answer.
func (s *fixture) finishes(b *browser) answer {
	s.t.Helper()
	s.sites[0].finish.Store(true)
	a := b.load("POST", "/buchen", ownPage...)
	s.sites[0].finish.Store(false)
	if a.Header.Get("X-Site") == "" {
		s.t.Fatalf("the form was not forwarded: %d", a.StatusCode)
	}
	return a
}

// What the page of a confirmation is made of, and the page itself.
var confirmation = []struct {
	what, path string
	headers    []string
}{
	{"style", "/stil.css", []string{"Accept", "text/css", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "style"}},
	{"picture", "/code.png", []string{"Accept", "image/*", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}},
	{"calendar", "/termin.ics", nil},
	{"program", "/termin.pdf", []string{"Accept", "*/*", "Sec-Fetch-Mode", "", "Sec-Fetch-Dest", ""}},
	{"reload", "/fertig", nil},
}

func TestAFinishedPassFetchesWhatItsLastPageNeeds(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1, MaxInside: 1, Strict: true})
	b := s.inside()
	s.pass(6 * time.Second) // the pass that is extended and the one that is sealed come with one answer
	finishing := s.finishes(b)
	if n := len(finishing.Cookies()); n != 1 {
		t.Errorf("%d cookies with the last page: %v", n, finishing.Header["Set-Cookie"])
	}
	s.pass(0)
	if f := s.lines[0].View().Snapshot; f.Live != 0 || f.Finished != 1 {
		t.Errorf("%d inside, %d finished: the place is not free at once", f.Live, f.Finished)
	}
	for _, part := range confirmation {
		if a := b.load("GET", part.path, part.headers...); a.body != "site GET "+part.path {
			t.Errorf("%s: %d %q", part.what, a.StatusCode, a.body)
		}
	}
	// Somebody else is in meanwhile, and nothing of this makes the room full for the next.
	s.pass(time.Second)
	if a := s.browser().load("GET", "/"); a.body != "site GET /" {
		t.Errorf("the next one gets %d", a.StatusCode)
	}
	s.pass(5*time.Minute - 2*time.Second)
	if a := b.load("GET", "/fertig"); a.body != "site GET /fertig" {
		t.Errorf("a second before the grace is over: %d", a.StatusCode)
	}
	s.pass(time.Second)
	before := s.joined()
	for _, part := range confirmation[:2] {
		if a := b.load("GET", part.path, part.headers...); a.Header.Get("X-Site") != "" {
			t.Errorf("%s is served when the grace is over", part.what)
		}
	}
	if b.load("GET", "/fertig"); s.joined() != before+1 {
		t.Errorf("a page load when the grace is over: %d numbers, want one", s.joined()-before)
	}
}

func TestAFinishedPassSendsNothing(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	s.finishes(b)
	seen := s.sites[0].seen.Load()
	for _, r := range [][]string{
		{"POST", "/buchen"},
		{"PUT", "/buchen"},
		{"DELETE", "/buchen"},
		{"get", "/fertig"},
		{"PROPFIND", "/"},
		{"QUERY", "/suche"},
		{"OPTIONS", "/"},
		{"GET", "/socket", "Connection", "Upgrade", "Upgrade", "websocket", "Sec-Fetch-Mode", "websocket", "Sec-Fetch-Dest", "empty"},
	} {
		if a := b.load(r[0], r[1], r[2:]...); a.Header.Get("X-Site") != "" {
			t.Errorf("%v reaches the site: %d", r, a.StatusCode)
		}
	}
	if n := s.sites[0].seen.Load(); n != seen {
		t.Errorf("the site saw %d more", n-seen)
	}
}

// Behind a balancer the parts of a page are asked for anywhere.
func TestAFinishedPassIsKnownAtEveryGateway(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	s.finishes(b)
	other := s.twin(slow)
	there := other.carrying(b.cookie("einlass-termine"))
	for _, part := range confirmation {
		if a := there.load("GET", part.path, part.headers...); a.body != "site GET "+part.path {
			t.Errorf("%s: %d %q", part.what, a.StatusCode, a.body)
		}
	}
	if a := there.load("POST", "/buchen", ownPage...); a.Header.Get("X-Site") != "" {
		t.Error("a form is sent")
	}
}

// A request that is under way when the stay ends may be answered after the last page, and bring a longer pass.
func TestALaterAnswerDoesNotReplaceTheFinishedPass(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	s.pass(6 * time.Second)
	came, goOn, done := make(chan struct{}), make(chan struct{}), make(chan answer, 1)
	var asked atomic.Int64
	s.sites[0].slow.Store(func() {
		if asked.Add(1) == 1 {
			close(came)
			<-goOn
		}
	})
	go func() { done <- b.load("GET", "/bild.png") }()
	<-came
	s.finishes(b)
	close(goOn)
	if late := <-done; len(late.Cookies()) != 0 {
		t.Errorf("the later answer brings %v", late.Header["Set-Cookie"])
	}
	if a := b.load("GET", "/stil.css", confirmation[0].headers...); a.body != "site GET /stil.css" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

// A stay that an operator has ended, or its visitor, is no finished one.
func TestAStayThatWasGivenUpFetchesNothing(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	copied := b.copyOf("einlass-termine")
	b.load("POST", "/.einlass/leave?room=termine", ownPage...)
	for _, part := range confirmation {
		if a := copied.load("GET", part.path, part.headers...); part.what != "reload" && part.what != "calendar" && a.Header.Get("X-Site") != "" {
			t.Errorf("%s: %d %s", part.what, a.StatusCode, strings.TrimSpace(a.body))
		}
	}
}

// Behind a balancer a request that is under way at one gateway when another ends the stay brings a longer pass afterwards.
func TestALaterAnswerOfAnotherGatewayLeavesTheLastPageItsParts(t *testing.T) {
	library, server := newLibrary(t), redistest.Shared(t)
	for name, test := range map[string]struct {
		idle, gone time.Duration
		redis      bool
	}{
		"the pass lives": {10 * time.Minute, time.Second, false}, "the pass has ended": {8 * time.Second, 20 * time.Second, false},
		"the pass lives, Redis": {10 * time.Minute, time.Second, true}, "the pass has ended, Redis": {8 * time.Second, 20 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := &fixture{t: t, library: library}
			if test.redis {
				s.onRedis(server)
			}
			newFixtureLike(s, slow)
			s.idle(test.idle)
			b := s.inside()
			other := s.twin(slow)
			stand(6*time.Second, s, other)
			// What the other gateway answers to a request that came before the end.
			late := other.same(b).load("GET", "/bild.png", confirmation[1].headers...)
			longer := late.Cookies()
			if len(longer) != 1 {
				t.Fatalf("no longer pass: %v", late.Header)
			}
			s.finishes(b)
			b.client.Jar.SetCookies(b.root(), longer)
			stand(test.gone, s, other)
			for _, at := range []*fixture{s, other} {
				copied := at.carrying(b.cookie("einlass-termine"))
				if at == other && test.gone < test.idle {
					copied.load("GET", "/stil.css", confirmation[0].headers...) // tells the store, which says what has become of it
					stand(time.Second, s, other)
				}
				for _, part := range confirmation {
					if a := copied.load("GET", part.path, part.headers...); a.body != "site GET "+part.path {
						t.Errorf("%s: %d %q", part.what, a.StatusCode, a.Header.Get("Einlass-State"))
					}
				}
				if a := copied.load("POST", "/buchen", ownPage...); a.Header.Get("X-Site") != "" {
					t.Error("a form is sent")
				}
				stand(time.Minute, s, other)
			}
			if n := s.joined(); n != 1 {
				t.Errorf("%d numbers", n)
			}
			for range 16 {
				stand(time.Minute, s, other)
			}
			for _, at := range []*fixture{s, other} {
				if a := at.carrying(longer[0].Value).load("GET", "/stil.css", confirmation[0].headers...); a.Header.Get("X-Site") != "" {
					t.Error("served when the grace is over")
				}
			}
		})
	}
}
