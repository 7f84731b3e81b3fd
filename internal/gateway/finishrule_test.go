package gateway_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/pkg/queue"
)

// ruled is a room of one seat whose stays end by what an unmodified site answers.
func ruled(t *testing.T) *fixture {
	t.Helper()
	s := &fixture{t: t, library: newLibrary(t), finishRules: []booking.Rule{
		{Path: "/fertig", Methods: []string{"GET"}, Status: [][2]int{{200, 200}}},
		{Path: "/buchen", Methods: []string{"POST"}, Redirect: "/danke"},
	}}
	return newFixtureLike(s, queue.Pace{Rate: 60, Burst: 1, MaxInside: 1, Strict: true})
}

func (s *fixture) finished() int64 {
	s.pass(0)
	return s.lines[0].View().Snapshot.Finished
}

func TestAnAnswerOfTheSiteEndsTheStayByItsRules(t *testing.T) {
	for _, test := range []struct {
		name, method, path, location string
		headers                      []string
		want                         int64
	}{
		{"the last page", "GET", "/fertig", "", nil, 1},
		{"a form that leads to the last page", "POST", "/buchen", "/danke?nr=7", ownPage, 1},
		{"a form that leads back", "POST", "/buchen", "/buchen", ownPage, 0},
		{"a form that leads to another site", "POST", "/buchen", "https://pay.example.net/danke", ownPage, 0},
		{"another page", "GET", "/buchen", "", nil, 0},
		{"a form that is shown again", "POST", "/buchen", "", ownPage, 0},
		{"a head alone", "HEAD", "/fertig", "", nil, 0},
		{"fetched ahead", "GET", "/fertig", "", []string{"Sec-Purpose", "prefetch"}, 0},
		{"drawn ahead", "GET", "/fertig", "", []string{"Sec-Purpose", "prefetch;prerender"}, 0},
		{"a payment elsewhere leads back", "GET", "/fertig", "", []string{"Sec-Fetch-Site", "cross-site"}, 1},
		{"a picture in another site", "GET", "/fertig", "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 0},
		{"a script of another site", "GET", "/fertig", "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, 0},
		{"a frame in another site", "GET", "/fertig", "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "iframe"}, 0},
		{"a frame in the site", "GET", "/fertig", "", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Dest", "iframe"}, 1},
		{"a form of another host of the site", "POST", "/buchen", "/danke", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := ruled(t)
			b := s.inside()
			if test.location != "" {
				s.sites[0].redirects.Store(test.location)
			}
			if a := b.load(test.method, test.path, test.headers...); a.StatusCode >= 400 {
				t.Fatalf("the site is not asked: %d", a.StatusCode)
			}
			if got := s.finished(); got != test.want {
				t.Errorf("%d stays are finished, want %d", got, test.want)
			}
		})
	}
}

// The browser follows the redirect with the pass that is sealed, and loads the page again.
func TestThePageBehindAFormThatFinishesIsShown(t *testing.T) {
	s := ruled(t)
	b := s.inside()
	s.sites[0].redirects.Store("/danke")
	b.load("POST", "/buchen", ownPage...)
	s.sites[0].redirects = atomic.Value{} // nothing is under way
	s.pass(time.Second)
	if a := s.browser().load("GET", "/"); a.body != "site GET /" {
		t.Errorf("the next one gets %d", a.StatusCode)
	}
	for _, path := range []string{"/danke", "/danke", "/stil.css"} {
		if a := b.load("GET", path); a.body != "site GET "+path {
			t.Errorf("%s: %d %q", path, a.StatusCode, a.body)
		}
	}
}

// What a finished stay loads again meets the rule again, and its grace does not begin anew.
func TestALastPageThatIsLoadedAgainDoesNotRenewItsGrace(t *testing.T) {
	s := ruled(t)
	b := s.inside()
	b.load("GET", "/fertig")
	s.pass(4 * time.Minute)
	if a := b.load("GET", "/fertig"); a.body != "site GET /fertig" || len(a.Cookies()) != 0 {
		t.Errorf("within the grace: %d %v", a.StatusCode, a.Header["Set-Cookie"])
	}
	s.pass(2 * time.Minute)
	before := s.joined()
	if b.load("GET", "/fertig"); s.joined() != before+1 {
		t.Error("the page is served after the grace")
	}
}

// The browser follows the answer to the second click, of which the site knows nothing, and has to find the last page.
func TestASecondClickOnAFormThatFinishesLeadsToTheLastPageToo(t *testing.T) {
	for _, test := range []struct {
		name  string
		gone  bool          // the first answer is not read
		after time.Duration // the second click comes after the answer to the first
	}{
		{"both are answered", false, 0},
		{"the browser gives up on the first", true, 0},
		{"an old pass", true, 6 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, p := ruled(t), &portal{}
			p.leads.Store(true)
			b := s.inside()
			p.before(t, s)
			s.pass(test.after)
			first := b
			if test.gone {
				first = b.copyOf("einlass-termine")
			}
			if a := first.send("/buchen", urlencoded, "name=Anna"); a.Header.Get("Location") != "/danke" {
				t.Fatalf("%d %v", a.StatusCode, a.Header)
			}
			again := b.send("/buchen", urlencoded, "name=Anna")
			if again.StatusCode != 303 || again.Header.Get("Location") != "/danke" {
				t.Errorf("the second click: %d %v", again.StatusCode, again.Header)
			}
			s.pass(time.Second)
			for range 2 {
				if a := b.load("GET", "/danke"); a.body != "page" {
					t.Errorf("the last page: %d %.60q", a.StatusCode, a.body)
				}
			}
			if p.booked.Load() != 1 || s.finished() != 1 || s.joined() != 1 {
				t.Errorf("%d booked, %d finished, %d numbers", p.booked.Load(), s.finished(), s.joined())
			}
			// Within the grace the same form gets its answer, and another one is not sent.
			if a := b.send("/buchen", urlencoded, "name=Berta"); p.booked.Load() != 1 || a.Header.Get("Location") != "" {
				t.Errorf("another form: %d booked, %d", p.booked.Load(), a.StatusCode)
			}
		})
	}
}
