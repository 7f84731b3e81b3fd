package gateway_test

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

func serve(s *httpx.Server, ln net.Listener) error { return s.Serve(ln, false) }

var (
	closed = queue.Pace{Rate: 0, Burst: 1}
	slow   = queue.Pace{Rate: 60, Burst: 1}
)

func (a answer) want(t testing.TB, status int, contentType string) {
	t.Helper()
	if a.StatusCode != status || !strings.HasPrefix(a.Header.Get("Content-Type"), contentType) {
		t.Errorf("%d %q, want %d %q\n%s", a.StatusCode, a.Header.Get("Content-Type"), status, contentType, a.body)
	}
}

func TestAVisitorWaitsIsCalledAndGoesThrough(t *testing.T) {
	s := newFixture(t, slow)
	b, other := s.browser(), s.browser()
	other.load("GET", "/")
	first := b.load("GET", "/termine?ort=3")
	first.want(t, 200, "text/html")
	if first.Header.Get("Cache-Control") != "private, no-store" || !strings.Contains(first.body, "2") {
		t.Errorf("headers %v\n%s", first.Header, first.body)
	}
	ticket := b.cookie("einlass-termine")
	if status := b.poll("room=termine&shown="); !strings.Contains(status, `"state":"waiting","number":2,"ahead":1,"exact":true`) {
		t.Errorf("status is %s", status)
	}
	s.pass(time.Second)
	s.pass(time.Second)
	in := b.load("GET", "/termine?ort=3")
	if in.StatusCode != 303 || in.Header.Get("Location") != "/termine?ort=3" {
		t.Fatalf("%d to %q", in.StatusCode, in.Header.Get("Location"))
	}
	if pass := b.cookie("einlass-termine"); pass == ticket || b.cookie("einlass-termine.shown") != "" {
		t.Error("the pass did not take the ticket's place")
	}
	if page := b.load("GET", "/termine?ort=3"); page.body != "site GET /termine?ort=3" {
		t.Errorf("got %q", page.body)
	}
	if status := b.poll("room=termine"); !strings.Contains(status, `"state":"inside"`) {
		t.Errorf("status is %s", status)
	}
}

func TestAnArrivalGoesStraightThroughWhenThereIsRoom(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second)
	b := s.browser()
	if page := b.load("GET", "/"); page.body != "site GET /" || b.cookie("einlass-termine") == "" {
		t.Errorf("got %q", page.body)
	}
	if page := b.load("POST", "/buchen"); page.body != "site POST /buchen" {
		t.Errorf("got %q", page.body)
	}
}

func TestWhatIsNotAPageLoadGetsASmallRefusal(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Minute)
	for name, headers := range map[string][]string{
		"fetch":            {"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Accept", "*/*"},
		"image":            {"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image", "Accept", "image/*"},
		"old XHR":          {"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", "", "X-Requested-With", "XMLHttpRequest"},
		"JSON client":      {"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", "", "Accept", "application/json"},
		"fetch that lies":  {"Sec-Fetch-Mode", "cors", "Accept", "text/html"},
		"no Accept at all": {"Sec-Fetch-Mode", "", "Sec-Fetch-Dest", "", "Accept", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.browser().load("GET", "/", headers...)
			a.want(t, 429, "application/problem+json")
			if a.Header.Get("Retry-After") == "" || len(a.body) > 300 || a.Header.Get("Set-Cookie") != "" {
				t.Errorf("headers %v, %d bytes", a.Header, len(a.body))
			}
		})
	}
	if s.lines[0].View().Snapshot.Joined != 0 {
		t.Error("somebody got a number")
	}
}

func TestAGuessOfTheBrowserTakesNoNumber(t *testing.T) {
	s := newFixture(t, closed)
	a := s.browser().load("GET", "/", "Sec-Purpose", "prefetch;prerender")
	s.pass(0)
	if a.StatusCode != 503 || s.lines[0].View().Snapshot.Joined != 0 {
		t.Errorf("%d, %d joined", a.StatusCode, s.lines[0].View().Snapshot.Joined)
	}
}

func TestPathsWithoutALineGoThrough(t *testing.T) {
	s := newFixture(t, closed)
	if a := s.browser().load("GET", "/impressum"); a.body != "site GET /impressum" {
		t.Errorf("got %q", a.body)
	}
	for _, path := range []string{"/impressum/../termine", "//impressum", "/impressum%2f..%2ftermine"} {
		a := s.raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n")
		if a.Header.Get("X-Site") != "" {
			t.Errorf("%s went through", path)
		}
	}
}

func TestForgedForeignAndMixedUpTokensAreWorthNothing(t *testing.T) {
	s := newFixture(t, closed, config.Room{ID: "eins", Hosts: []string{"eins.test"}}, config.Room{ID: "zwei", Hosts: []string{"zwei.test"}})
	b := s.browser()
	a := b.load("GET", "/", "Host", "eins.test")
	cookie, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
	_, ticket, _ := strings.Cut(cookie, "=")
	broken := ticket[:len(ticket)-1] + "A"
	if broken == ticket {
		broken = ticket[:len(ticket)-1] + "B"
	}
	for name, value := range map[string]string{
		"foreign room": ticket, "tampered": broken, "empty": "", "garbage": "a.b.c", "none": "eyJhbGciOiJub25lIn0.e30.",
		"long": strings.Repeat("A", 4000),
	} {
		t.Run(name, func(t *testing.T) {
			s.pass(0)
			cookie, before := []string{"Host", "zwei.test", "Cookie", "einlass-zwei=" + value}, s.lines[1].View().Snapshot.Joined
			a := s.browser().load("GET", "/", cookie...)
			a.want(t, 200, "text/html")
			if value != "" {
				if !strings.Contains(a.body, "You do not have a number") || a.Header.Get("Set-Cookie") != "" {
					t.Errorf("its bearer is not told: %v", a.Header)
				}
				if s.pass(0); s.lines[1].View().Snapshot.Joined != before {
					t.Error("it takes a number")
				}
				press := s.browser().load("POST", "/.einlass/join?room=zwei&to=/", append(cookie, ownPage...)...)
				press.want(t, 303, "")
				a = press
			}
			if !strings.Contains(a.Header.Get("Set-Cookie"), "einlass-zwei=ey") {
				t.Errorf("no ticket: %v", a.Header)
			}
		})
	}
	if a := b.load("GET", "/", "Host", "drei.test"); a.StatusCode != 421 {
		t.Errorf("an unknown host gets %d", a.StatusCode)
	}
	if a := s.browser().load("GET", "/.einlass/status?room=zwei", "Host", "eins.test"); a.StatusCode != 404 {
		t.Errorf("another host's room gets %d", a.StatusCode)
	}
}

func TestAFormThatComesLateIsNotLost(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/")
	s.pass(10*time.Minute + time.Second)
	if a := b.load("POST", "/buchen"); a.body != "site POST /buchen" {
		t.Errorf("within the grace: %d %q", a.StatusCode, a.body)
	}
	s.pass(20 * time.Minute)
	late := b.load("POST", "/buchen", "Referer", "http://"+s.addr+"/formular?x=1")
	late.want(t, 403, "text/html")
	if !strings.Contains(late.body, "/formular?x=1") || late.Header.Get("Location") != "" {
		t.Errorf("the page does not lead back to the form:\n%s", late.body)
	}
	if s.sites[0].seen.Load() != 2 {
		t.Errorf("the site saw %d requests", s.sites[0].seen.Load())
	}
	if a := b.load("POST", "/api", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"); a.StatusCode != 403 {
		t.Errorf("a script's late form gets %d", a.StatusCode)
	}
}

func TestAStayThatTheSiteFinishedIsOverInEveryCopy(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1, MaxInside: 1})
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/start")
	pass := b.cookie("einlass-termine")
	s.sites[0].finish.Store(true)
	b.load("GET", "/fertig")
	s.sites[0].finish.Store(false)
	s.pass(2 * time.Second)
	if f := s.lines[0].View().Snapshot; f.Live != 0 || f.Finished != 1 {
		t.Errorf("%d inside, %d finished", f.Live, f.Finished)
	}
	next := s.browser()
	if a := next.load("GET", "/"); a.body != "site GET /" {
		t.Errorf("the next one gets %d", a.StatusCode)
	}
	if a := s.browser().load("GET", "/", "Cookie", "einlass-termine="+pass); a.Header.Get("X-Site") != "" {
		t.Error("a copy of the finished pass got in")
	}
}

func TestAPassSlidesUpToTheLongestStay(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/")
	for minute := 0; minute < 60; minute += 6 {
		if a := b.load("GET", "/weiter"); a.body != "site GET /weiter" {
			t.Fatalf("out after %d minutes", minute)
		}
		s.pass(6 * time.Minute)
	}
	s.pass(time.Second)
	sentNone := b.copyOf("einlass-termine") // who sends a form in the grace may read the answer
	if a := b.load("POST", "/weiter", "Sec-Fetch-Mode", "cors"); a.StatusCode == 403 {
		t.Error("the grace for forms does not hold")
	}
	a := sentNone.load("GET", "/weiter")
	if a.Header.Get("X-Site") != "" && strings.Contains(strings.Join(a.Header.Values("Set-Cookie"), ""), "einlass-termine=") == false {
		t.Error("inside for longer than the longest stay")
	}
}

func TestATicketOlderThanHalfItsLifeIsRenewed(t *testing.T) {
	s := newFixture(t, closed)
	b := s.browser()
	b.load("GET", "/")
	b.poll("room=termine&shown=0")
	old := b.cookie("einlass-termine")
	s.pass(13 * time.Hour)
	if status := b.poll("room=termine&shown=0"); !strings.Contains(status, `"number":1`) {
		t.Errorf("status is %s", status)
	}
	if b.cookie("einlass-termine") == old {
		t.Error("the ticket was not renewed")
	}
	s.pass(13 * time.Hour)
	if status := b.poll("room=termine&shown=0"); !strings.Contains(status, `"state":"paused","number":1`) {
		t.Errorf("after a day and two hours: %s", status)
	}
}

func TestLeavingTakesOurOwnPage(t *testing.T) {
	s := newFixture(t, closed)
	b := s.browser()
	b.load("GET", "/")
	for _, site := range []string{"cross-site", "same-site", "none"} {
		if a := b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", site); a.StatusCode != 403 {
			t.Errorf("from %s: %d", site, a.StatusCode)
		}
	}
	if a := b.load("PUT", "/.einlass/leave?room=termine"); a.StatusCode != 405 || a.Header.Get("Allow") != "POST" {
		t.Errorf("by PUT: %d", a.StatusCode)
	}
	// A visitor that comes back to the button's address gives nothing up.
	if a := b.load("GET", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin"); a.StatusCode != 303 || a.Header.Get("Set-Cookie") != "" {
		t.Errorf("by GET: %d %v", a.StatusCode, a.Header)
	}
	s.pass(0)
	if f := s.lines[0].View().Snapshot; f.Waiting != 1 || f.Left != 0 {
		t.Errorf("before: %d waiting, %d left", f.Waiting, f.Left)
	}
	a := b.load("POST", "/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin")
	if a.StatusCode != 303 || a.Header.Get("Location") != "/.einlass/wait?room=termine&to=/" {
		t.Errorf("%d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if b.cookie("einlass-termine") != "left" || b.cookie("einlass-termine.shown") != "" {
		t.Error("the ticket is still there")
	}
	s.pass(0)
	if f := s.lines[0].View().Snapshot; f.Waiting != 0 || f.Left != 1 {
		t.Errorf("%d waiting, %d left", f.Waiting, f.Left)
	}
}

func TestBehindATrustedProxyThatSpeaksTLSCookiesAreBoundToTheHost(t *testing.T) {
	s := newFixture(t, closed)
	a := s.browser().load("GET", "/", "X-Forwarded-Proto", "https")
	for _, c := range a.Header.Values("Set-Cookie") {
		if !strings.HasPrefix(c, "__Host-einlass-termine") || !strings.Contains(c, "; Secure") || !strings.Contains(c, "; HttpOnly") {
			t.Errorf("cookie %q", c)
		}
	}
}

func TestWhenTheSiteFailsPeopleInsideAreToldCalmly(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/")
	for _, c := range []struct {
		err    error
		status int
	}{{proxy.ErrBackendDown, 502}, {proxy.ErrBackendTimeout, 504}, {proxy.ErrQueueFull, 503}, {errors.New("whatever"), 502}} {
		s.sites[0].fail.Store(struct{ error }{c.err}.error)
		page := b.load("GET", "/termine")
		page.want(t, c.status, "text/html")
		if !strings.Contains(page.body, "/termine") {
			t.Errorf("the page does not lead back:\n%s", page.body)
		}
		form := b.load("POST", "/buchen", "Referer", "http://"+s.addr+"/formular")
		form.want(t, c.status, "text/html")
		if strings.Contains(form.body, `http-equiv="refresh"`) {
			t.Error("the page for a form reloads by itself")
		}
		b.load("GET", "/api", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty").want(t, c.status, "application/problem+json")
		for _, a := range []answer{page, form} {
			if strings.Contains(a.body, c.err.Error()) {
				t.Error("the page shows internals")
			}
		}
	}
}

func TestARequestThatIsNotForwardedForItsOwnSakeSaysSo(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/")
	for _, c := range []struct {
		err    error
		status int
		kind   string
	}{{proxy.ErrBodyNotAllowed, 400, "body-not-allowed"}, {proxy.ErrBodyTooLarge, 413, "body-too-large"}} {
		s.sites[0].fail.Store(struct{ error }{c.err}.error)
		page := b.load("GET", "/termine")
		page.want(t, c.status, "text/html")
		problem := b.load("GET", "/api", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty")
		problem.want(t, c.status, "application/problem+json")
		for _, a := range []answer{page, problem} {
			if kind := s.kindOf(a); kind != c.kind || strings.Contains(a.body, c.err.Error()) {
				t.Errorf("%q in the log, want %s and no internals:\n%s", kind, c.kind, a.body)
			}
		}
	}
}

func TestAnEmptyLineOfOneNetworkIsNotEmptiedByAnother(t *testing.T) {
	s := newFixture(t, closed)
	const burst = 100
	limited := 0
	for range burst + 30 {
		if a := s.browser().load("GET", "/", "X-Forwarded-For", "192.0.2.7"); a.StatusCode == http.StatusTooManyRequests {
			limited++
			if a.Header.Get("Retry-After") == "" || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
				t.Fatalf("limited without a page: %v", a.Header)
			}
		}
	}
	if limited != 30 {
		t.Errorf("%d arrivals at once from one address, %d were slowed down", burst+30, limited)
	}
	if a := s.browser().load("GET", "/", "X-Forwarded-For", "192.0.2.8"); a.StatusCode != 200 {
		t.Errorf("the neighbour gets %d", a.StatusCode)
	}
	s.pass(time.Second)
	if a := s.browser().load("GET", "/", "X-Forwarded-For", "192.0.2.7"); a.StatusCode != 200 {
		t.Errorf("a second later the next arrival gets %d", a.StatusCode)
	}
}

func TestNoRoomsNameMakesItsCookieAnotherRooms(t *testing.T) {
	s := newFixture(t, slow, config.Room{ID: "a", Paths: []string{"/a"}}, config.Room{ID: "a-shown", Paths: []string{"/b"}})
	b := s.browser()
	b.load("GET", "/b")
	ticket := b.cookie("einlass-a-shown")
	b.load("GET", "/a")
	if again := b.cookie("einlass-a-shown"); ticket == "" || again != ticket {
		t.Errorf("the ticket %q became %q", ticket, again)
	}
}
