package gateway_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

// names are those of the room in these tests: www.termine.test is its home, by TLS.
var names = config.Room{
	ID: "termine", Paths: []string{"/"}, Exclude: []string{"/impressum"},
	Hosts: []string{"www.termine.test", "termine.test", "*.termine.example"},
}

var home = gateway.Home{Host: "www.termine.test", TLS: true}

// newNames is a gateway whose room has several names.
func newNames(t *testing.T, pace queue.Pace, at gateway.Home, room config.Room) *fixture {
	t.Helper()
	s := newFixture(t, pace, room)
	next := s.room("termine", pace)
	next.Line, next.Backend, next.Home = s.lines[0], s.sites[0], at
	s.replace([]config.Room{room}, next)
	return s
}

// traveller is a browser that goes to any host, with TLS as if a proxy before us had it. It follows redirects and remembers
// the way.
type traveller struct {
	s      *fixture
	client *http.Client
	way    []string
	heads  []*http.Response // on the way
	set    []*http.Cookie   // that it was given, but for those that delete one
	// refuses: it keeps no cookies.
	refuses bool
}

func (s *fixture) traveller() *traveller {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	x := &traveller{s: s}
	x.client = &http.Client{Jar: jar, Transport: x, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) >= 20 {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return x
}

// RoundTrip asks the fixture, whatever the host.
func (x *traveller) RoundTrip(r *http.Request) (*http.Response, error) {
	x.way = append(x.way, r.URL.String())
	there := r.Clone(r.Context())
	there.Host, there.URL.Host, there.URL.Scheme = r.URL.Host, x.s.addr, "http"
	there.Header.Set("X-Forwarded-Proto", r.URL.Scheme)
	if x.refuses {
		there.Header.Del("Cookie")
	}
	res, err := http.DefaultTransport.RoundTrip(there)
	if err == nil {
		res.Request = r
		x.heads = append(x.heads, res)
		for _, c := range res.Cookies() {
			if c.MaxAge > 0 {
				x.set = append(x.set, c)
			}
		}
	}
	return res, err
}

// load goes to a URL, and says where it came to an end.
func (x *traveller) load(method, at string, headers ...string) (answer, string) {
	x.s.t.Helper()
	x.way, x.heads = nil, nil
	return x.follow(method, at, headers...)
}

// follow loads a URL, and what a page of it that leads on at once leads to.
func (x *traveller) follow(method, at string, headers ...string) (answer, string) {
	x.s.t.Helper()
	req, err := http.NewRequestWithContext(x.s.t.Context(), method, at, nil)
	if err != nil {
		x.s.t.Fatal(err)
	}
	for _, pair := range [][2]string{{"Accept", "text/html"}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}} {
		req.Header.Set(pair[0], pair[1])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := x.client.Do(req)
	if err != nil {
		x.s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		x.s.t.Fatal(err)
	}
	if _, rest, found := strings.Cut(string(data), `http-equiv="refresh" content="0;url=`); found {
		to, _, _ := strings.Cut(rest, `"`)
		next, err := res.Request.URL.Parse(html.UnescapeString(to))
		if err != nil {
			x.s.t.Fatal(err)
		}
		return x.follow("GET", next.String(), headers...)
	}
	return answer{res, string(data)}, res.Request.URL.String()
}

func TestAPageLoadIsSentHomeBeforeANumberIsGiven(t *testing.T) {
	s := newNames(t, closed, home, names)
	for _, from := range []string{
		"http://termine.test/termine?ort=3&x='", "https://termine.test/termine?ort=3&x='", "http://www.termine.test/termine?ort=3&x='",
		"https://stadt.termine.example/termine?ort=3&x='",
	} {
		before := s.joined()
		x := s.traveller()
		a, at := x.load("GET", from)
		a.want(t, 200, "text/html")
		if at != "https://www.termine.test/termine?ort=3&x='" || a.Header.Get("Einlass-State") == "" || s.joined() != before+1 {
			t.Errorf("%s leads by %q to %s: state %q, %d numbers", from, x.way, at, a.Header.Get("Einlass-State"), s.joined()-before)
		}
		// Whoever comes again by any of the names finds the place.
		if a, _ := x.load("GET", "http://termine.test/"); a.Header.Get("Einlass-State") == "" || s.joined() != before+1 {
			t.Errorf("again: %d, %d numbers", a.StatusCode, s.joined()-before)
		}
	}
}

func TestWhatIsNoPageLoadIsNotSentHome(t *testing.T) {
	s := newNames(t, closed, home, names)
	for _, kind := range []struct {
		name, method string
		headers      []string
	}{
		{"a script", "GET", script},
		{"a guess", "GET", []string{"Sec-Purpose", "prefetch"}},
		{"a form", "POST", nil},
		{"a frame", "GET", framed("iframe", "cross-site")},
		{"a program", "HEAD", nil},
	} {
		a, at := s.traveller().load(kind.method, "https://termine.test/buchen", kind.headers...)
		if a.StatusCode/100 == 3 || at != "https://termine.test/buchen" || s.joined() != 0 {
			t.Errorf("%s: %d at %s, %d numbers", kind.name, a.StatusCode, at, s.joined())
		}
	}
	if a, at := s.traveller().load("GET", "https://termine.test/impressum"); a.body != "site GET /impressum" || at != "https://termine.test/impressum" {
		t.Errorf("no pass is needed: %d at %s", a.StatusCode, at)
	}
	if a, at := s.traveller().load("GET", "http://termine.test/.well-known/acme-challenge/x"); a.StatusCode != 200 || at[:5] != "http:" {
		t.Errorf("a challenge: %d at %s", a.StatusCode, at)
	}
}

func TestAStayGoesOnAtTheOtherNamesOfARoom(t *testing.T) {
	s := newNames(t, queue.Pace{Rate: 60, Burst: 1}, home, names)
	s.pass(time.Second)
	x := s.traveller()
	x.load("GET", "http://termine.test/")
	for _, to := range []string{
		"https://termine.test/anmelden?zurueck=/&pass=1", "https://www.termine.test/", "https://stadt.termine.example/x?y='", "https://termine.test/",
	} {
		a, at := x.load("GET", to)
		u, err := url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		if at != to || a.body != "site GET "+u.RequestURI() {
			t.Errorf("%s ends by %q at %s: %d", to, x.way, at, a.StatusCode)
		}
	}
	if len(x.way) != 1 {
		t.Errorf("known already, and still the way is %q", x.way)
	}
	if f := s.stored(); f.Joined != 1 || f.Live != 1 {
		t.Errorf("%d numbers, %d inside", f.Joined, f.Live)
	}
}

func TestAStayThatRanOutAtHomeMeanwhileIsHandedOverAllTheSame(t *testing.T) {
	s := newNames(t, queue.Pace{Rate: 60, Burst: 1}, home, names)
	s.pass(time.Second)
	x := s.traveller()
	x.load("GET", "https://www.termine.test/")
	for range 5 { // longer than a pass lasts at home
		x.load("GET", "https://termine.test/")
		s.pass(timing.Idle / 2)
	}
	for _, to := range []string{"https://www.termine.test/", "https://a.termine.example/"} {
		if a, at := x.load("GET", to); a.body != "site GET /" || at != to {
			t.Errorf("%s: %d at %s by %q", to, a.StatusCode, at, x.way)
		}
	}
	if f := s.stored(); f.Joined != 1 || f.Live != 1 {
		t.Errorf("%d numbers, %d inside", f.Joined, f.Live)
	}
}

// handed goes to another name of the room up to the URL by which the stay is taken over, and returns that.
func (x *traveller) handed(to string) string {
	x.s.t.Helper()
	stop := x.client.CheckRedirect
	defer func() { x.client.CheckRedirect = stop }()
	x.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.Path, "/.einlass/hand") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	a, _ := x.load("GET", to)
	at := a.Header.Get("Location")
	if !strings.Contains(at, "/.einlass/hand?") {
		x.s.t.Fatalf("not handed over: %d, %q", a.StatusCode, x.way)
	}
	return at
}

// reaches reports whether a browser gets in by a URL.
func (x *traveller) reaches(at string) bool {
	a, _ := x.load("GET", at)
	return strings.HasPrefix(a.body, "site ")
}

func TestAHandOverIsOfOneBrowserAndOneHostAndAMinute(t *testing.T) {
	s := newNames(t, queue.Pace{Rate: 60, Burst: 1}, home, names)
	s.pass(time.Second)
	x := s.traveller()
	x.load("GET", "https://www.termine.test/")

	link := x.handed("https://termine.test/")
	thief := s.traveller()
	if thief.reaches(link) {
		t.Error("another browser is let in by the link")
	}
	if thief.handedNothing("https://termine.test/"); thief.reaches(link) {
		t.Error("another browser with a secret of its own is let in by the link")
	}
	if x.reaches(strings.Replace(link, "//termine.test", "//b.termine.example", 1)) {
		t.Error("it is good for another host")
	}
	if bad := strings.Replace(link, "&to=", "x&to=", 1); x.reaches(bad) {
		t.Error("it is good although it was changed")
	}
	if !x.reaches(link) {
		t.Error("the browser that asked is not let in")
	}

	late := x.handed("https://a.termine.example/")
	s.pass(time.Minute)
	if x.reaches(late) {
		t.Error("it is good after a minute")
	}

	// The pass that it sets may go; then the link gets nobody in.
	used := x.handed("https://c.termine.example/")
	if !x.reaches(used) {
		t.Fatal("not let in")
	}
	x.load("POST", "https://c.termine.example/.einlass/leave?room=termine", "Sec-Fetch-Site", "same-origin")
	if x.reaches(used) {
		t.Error("it is good twice")
	}
}

// handedNothing asks for a hand-over that there is nothing for: the browser has the secret afterwards.
func (x *traveller) handedNothing(to string) {
	x.s.t.Helper()
	stop := x.client.CheckRedirect
	defer func() { x.client.CheckRedirect = stop }()
	x.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	x.load("GET", to)
}

func TestAStayIsHandedToNoHostThatTheRoomDoesNotName(t *testing.T) {
	any := names
	any.Hosts = []string{"*"}
	proof := strings.Repeat("a", 22)
	for name, test := range map[string]struct {
		room config.Room
		at   string
	}{
		"a host of nobody's": {names, "elsewhere.test"}, "a host that only a star stands for": {any, "elsewhere.test"},
		"a user": {names, "termine.test@elsewhere.test"}, "a path": {names, "termine.test/x"}, "no host": {names, ""},
		"a name that begins so": {names, "termine.test.elsewhere.test"}, "a port that is none": {names, "termine.test:80x"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newNames(t, queue.Pace{Rate: 60, Burst: 1}, home, test.room)
			s.pass(time.Second)
			x := s.traveller()
			x.load("GET", "https://www.termine.test/")
			a, at := x.load("GET", "https://www.termine.test/.einlass/home?room=termine&host="+test.at+"&proof="+proof+"&to=/x")
			if at != "https://www.termine.test/x" || a.body != "site GET /x" {
				t.Errorf("leads to %s by %q", at, x.way)
			}
		})
	}
}

func TestTheTokenOfAHandOverReachesNeitherTheSiteNorARefererNorAPageNorTheLog(t *testing.T) {
	s := newNames(t, queue.Pace{Rate: 60, Burst: 1}, home, names)
	s.pass(time.Second)
	x := s.traveller()
	x.load("GET", "https://www.termine.test/")
	link := x.handed("https://termine.test/x")
	_, token, _ := strings.Cut(link, "&pass=")
	token, _, _ = strings.Cut(token, "&")
	if len(token) < 100 {
		t.Fatalf("no token in %s", link)
	}
	for _, who := range []*traveller{s.traveller(), x} {
		stop := who.client.CheckRedirect
		who.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		a, _ := who.load("GET", link)
		if a.StatusCode != 303 || a.Header.Get("Referrer-Policy") != "no-referrer" || a.Header.Get("Cache-Control") != "private, no-store" ||
			a.body != "" || strings.Contains(a.Header.Get("Location"), token) {
			t.Errorf("%d %v %q", a.StatusCode, a.Header, a.body)
		}
		who.client.CheckRedirect = stop
	}
	if !x.reaches("https://termine.test/x") {
		t.Fatal("not let in")
	}
	for _, secret := range []string{token, "/.einlass/"} {
		if saw := *s.sites[0].asked.Load(); strings.Contains(saw, secret) {
			t.Errorf("the site saw %s in\n%s", secret, saw)
		}
	}
	// What goes wrong is logged: here a site that is down, and a visitor whose TLS is not seen.
	s.sites[0].fail.Store(proxy.ErrBackendDown)
	x.load("GET", x.handed("https://a.termine.example/"))
	x.load("GET", "http://www.termine.test/.einlass/home?room=termine&host=termine.test&proof="+strings.Repeat("a", 22)+"&to=/")
	lines := s.logs.All()
	if len(lines) < 2 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if text := fmt.Sprint(line.Message, line.ContextMap()); strings.Contains(text, "pass=") || strings.Contains(text, token[:40]) || strings.Contains(text, "/.einlass/") {
			t.Errorf("the log says %s", text)
		}
	}
}

func TestABrowserThatKeepsNoCookiesIsNotSentInACircle(t *testing.T) {
	s := newNames(t, closed, home, names)
	x := s.traveller()
	x.refuses = true
	if a, at := x.load("GET", "http://termine.test/"); len(x.way) > 5 || a.StatusCode != 200 || !strings.HasPrefix(at, "https://www.termine.test/") {
		t.Errorf("%d at %s by %q", a.StatusCode, at, x.way)
	}
	if n := s.joined(); n != 1 {
		t.Errorf("%d numbers", n)
	}
	// Nor is one whose TLS is not seen here.
	if a, _ := s.traveller().load("GET", "http://www.termine.test/.einlass/home?room=termine&to=/"); a.StatusCode != 421 {
		t.Errorf("without TLS at home: %d", a.StatusCode)
	}
}

func TestNumbersAreGivenByTLSWhereTheRoomHasIt(t *testing.T) {
	s := newNames(t, closed, gateway.Home{TLS: true, Port: "8443"}, names)
	x := s.traveller()
	a, at := x.load("GET", "http://termine.test/a?b=1")
	if at != "https://termine.test:8443/a?b=1" || a.Header.Get("Einlass-State") == "" || len(x.way) != 2 {
		t.Errorf("%d at %s by %q", a.StatusCode, at, x.way)
	}
	if n := s.joined(); n != 1 {
		t.Errorf("%d numbers", n)
	}
}

func TestALongURLGoesHomeWhole(t *testing.T) {
	s := newNames(t, closed, home, names)
	most := int(config.Default().Limits.URLBytes)
	for _, length := range []int{most, most - 60, most - 200} {
		path := "/a?" + strings.Repeat("x", length-3)
		if _, at := s.traveller().load("GET", "https://termine.test"+path); at != "https://www.termine.test"+path {
			t.Errorf("%d bytes lead to %d at %.60s", length, len(at), at)
		}
	}
}

// setCookie puts a value in the room's cookie of a host.
func (x *traveller) setCookie(at, value string) {
	x.s.t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		x.s.t.Fatal(err)
	}
	x.client.Jar.SetCookies(u, []*http.Cookie{{Name: "__Host-einlass-termine", Value: value, Path: "/", Secure: true}})
}

// cookieOf is the value of the room's cookie of a host.
func (x *traveller) cookieOf(at string) string {
	x.s.t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		x.s.t.Fatal(err)
	}
	for _, c := range x.client.Jar.Cookies(u) {
		if c.Name == "__Host-einlass-termine" {
			return c.Value
		}
	}
	return ""
}

// The host is part of what is signed: the copy is good at no other, even with the secret that it was made for.
func TestAHandOverIsSignedForItsHost(t *testing.T) {
	const there, elsewhere = "https://termine.test", "https://a.termine.example"
	s := newNames(t, queue.Pace{Rate: 60, Burst: 1}, home, names)
	s.pass(time.Second)
	x := s.traveller()
	x.load("GET", "https://www.termine.test/")
	link := x.handed(there + "/x")
	secret := x.cookieOf(there)
	if !strings.HasPrefix(secret, "hand.") {
		t.Fatalf("the cookie is %q", secret)
	}
	other := s.traveller()
	other.setCookie(elsewhere, secret)
	if other.reaches(strings.Replace(link, there, elsewhere, 1)) {
		t.Error("it is good at another host")
	}
	if c := other.cookieOf(elsewhere); strings.Count(c, ".") > 1 {
		t.Errorf("another host sets a token: %q", c)
	}
	// The same browser with the same secret at the host that it is for.
	same := s.traveller()
	same.setCookie(there, secret)
	if !same.reaches(link) {
		t.Error("it is not good at its host")
	}
}
