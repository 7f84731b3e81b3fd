package gateway_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestTheClientScriptNeedsNoPass(t *testing.T) {
	s := newFixture(t, slow)
	plain := s.browser().load("GET", "/.einlass/client.js?room=termine", "Accept-Encoding", "identity")
	plain.want(t, 200, "text/javascript")
	if cache := plain.Header.Get("Cache-Control"); cache != "public, max-age=3600" {
		t.Errorf("Cache-Control: %s", cache)
	}
	if s.joined() != 0 || len(plain.Cookies()) != 0 {
		t.Error("it took a number or set a cookie")
	}
	packed := s.browser().load("GET", "/.einlass/client.js", "Accept-Encoding", "gzip")
	r, err := gzip.NewReader(strings.NewReader(packed.body))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(r); err != nil || !bytes.Equal(body, []byte(plain.body)) {
		t.Errorf("gzip is another script: %v", err)
	}
	for _, a := range []answer{plain, packed} {
		etag := a.Header.Get("ETag")
		again := s.browser().load("GET", "/.einlass/client.js", "Accept-Encoding", "gzip", "If-None-Match", etag)
		if again.StatusCode != 304 || again.Header.Get("ETag") != packed.Header.Get("ETag") || again.Header.Get("Cache-Control") != "public, max-age=3600" {
			t.Errorf("%s: %d %v", etag, again.StatusCode, again.Header)
		}
	}
	if a := s.browser().load("GET", "/.einlass/client.js", "If-None-Match", `"other"`); a.StatusCode != 200 {
		t.Errorf("another release's: %d", a.StatusCode)
	}
	s.browser().load("GET", "/.einlass/client.js?room=termin").want(t, 404, "text/html")
	if a := s.browser().load("POST", "/.einlass/client.js"); a.StatusCode != 405 || a.Header.Get("Allow") != "GET" {
		t.Errorf("POST: %d, Allow %q", a.StatusCode, a.Header.Get("Allow"))
	}
}

// beacon is what the client script sends.
func (b *browser) beacon(what string, headers ...string) answer {
	headers = append([]string{"Accept", "*/*", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "empty", "Sec-Fetch-Site", "same-origin"}, headers...)
	return b.load("POST", "/.einlass/"+what, headers...)
}

func TestThePlaceOfWhoHasClosedTheLastPageIsFree(t *testing.T) {
	const closed = "closed?room=termine&quiet=10000"
	for _, test := range []struct {
		name   string
		beacon string
		then   func(b *browser)
		status int
		live   int64
	}{
		{"nobody comes back", closed, nil, 204, 0},
		{"the next page is loaded", closed, func(b *browser) { b.load("GET", "/weiter") }, 204, 1},
		{"a page is shown again that is loaded by nobody", closed, func(b *browser) { b.beacon("here?room=termine") }, 204, 1},
		{"another page has asked since", "closed?room=termine&quiet=10200", nil, 204, 1},
		{"it says nothing of itself", "closed?room=termine", nil, 204, 1},
		{"it says nonsense", "closed?room=termine&quiet=-1", nil, 204, 1},
		{"another room", "closed?room=other&quiet=10000", nil, 404, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newFixture(t, slow)
			b := s.inside()
			s.pass(time.Second) // the cookie has come back
			b.load("GET", "/form")
			s.pass(10 * time.Second)
			if a := b.beacon(test.beacon); a.StatusCode != test.status || len(a.Cookies()) != 0 {
				t.Fatalf("%d %v", a.StatusCode, a.Cookies())
			}
			s.pass(20 * time.Second)
			if test.then != nil {
				test.then(b)
			}
			s.pass(10 * time.Second)
			s.pass(time.Second)
			if f := s.lines[0].View().Snapshot; f.Live != test.live {
				t.Errorf("%d inside, want %d", f.Live, test.live)
			}
		})
	}
}

func TestOnlyPagesOfThisHostSayThatTheyAreClosed(t *testing.T) {
	s := newFixture(t, slow)
	b := s.inside()
	s.pass(10 * time.Second)
	for _, what := range []string{"closed?room=termine&quiet=0", "done?room=termine", "here?room=termine"} {
		if a := b.beacon(what, "Sec-Fetch-Site", "cross-site"); a.StatusCode != 403 {
			t.Errorf("%s of another site: %d", what, a.StatusCode)
		}
		if a := b.load("GET", "/.einlass/"+what); a.StatusCode != 405 || a.Header.Get("Allow") != "POST" {
			t.Errorf("GET %s: %d", what, a.StatusCode)
		}
		if a := s.browser().beacon(what); a.StatusCode != 204 || len(a.Cookies()) != 0 {
			t.Errorf("%s of a stranger: %d %v", what, a.StatusCode, a.Cookies())
		}
	}
	s.pass(time.Minute)
	if f := s.lines[0].View().Snapshot; f.Live != 1 {
		t.Errorf("%d inside", f.Live)
	}
}

// A browser that sends no Sec-Fetch-Site says where its page is from in Origin. A page without TLS, which somebody on the way may have
// written, is not of a host with TLS.
func TestAPageOfAnOlderBrowserIsKnownByItsOrigin(t *testing.T) {
	for _, test := range []struct {
		proto, origin, referer string
		status                 int
	}{
		{"https", "https://amt.test", "", 204},
		{"http", "http://amt.test", "", 204},
		{"http", "https://amt.test", "", 204}, // the proxy in front does not say that it speaks TLS
		{"https", "http://amt.test", "", 403},
		{"https", "ftp://amt.test", "", 403},
		{"http", "ftp://amt.test", "", 403},
		{"https", "https://amt.test:444", "", 403},
		{"https", "https://elsewhere.test", "", 403},
		{"https", "null", "", 403},
		{"https", "", "", 403},
		{"https", "", "https://amt.test/termine?ort=3", 204},
		{"http", "", "http://amt.test/", 204},
		{"https", "", "http://amt.test/termine", 403},
		{"https", "", "https://amt.test.elsewhere.test/", 403},
		{"https", "", "https://amt.test@elsewhere.test/", 403},
		{"https", "", "https://elsewhere.test/amt.test/", 403},
		{"https", "", "amt.test/", 403},
		{"https", "null", "https://amt.test/termine", 403},
		{"https", "https://elsewhere.test", "https://amt.test/termine", 403},
	} {
		s := newFixture(t, slow)
		a := s.browser().beacon("done?room=termine", "Host", "amt.test", "Sec-Fetch-Site", "", "X-Forwarded-Proto", test.proto, "Origin", test.origin, "Referer", test.referer)
		if a.StatusCode != test.status {
			t.Errorf("by %s, from %q, %q: %d, want %d", test.proto, test.origin, test.referer, a.StatusCode, test.status)
		}
	}
}

// A site's own code says that the stay is done: it is as if the site had said so in a head.
func TestAPageSaysThatTheStayIsDone(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1, MaxInside: 1, Strict: true})
	b := s.inside()
	if a := b.beacon("done?room=termine"); a.StatusCode != 204 || len(a.Cookies()) != 1 {
		t.Fatalf("%d %v", a.StatusCode, a.Cookies())
	}
	if n := s.finished(); n != 1 {
		t.Errorf("%d finished", n)
	}
	for _, part := range confirmation {
		if a := b.load("GET", part.path, part.headers...); a.body != "site GET "+part.path {
			t.Errorf("%s: %d %q", part.what, a.StatusCode, a.body)
		}
	}
	if a := b.beacon("done?room=termine"); a.StatusCode != 204 || s.finished() != 1 {
		t.Errorf("again: %d, %d finished", a.StatusCode, s.finished())
	}
	s.pass(time.Second)
	if a := s.browser().load("GET", "/"); a.body != "site GET /" {
		t.Errorf("the next one gets %d", a.StatusCode)
	}
}

// Behind a balancer the page that is closed and the next one ask other gateways.
func TestAPageThatIsClosedAtOneGatewayAndFollowedAtAnother(t *testing.T) {
	for _, back := range []bool{false, true} {
		s := newFixture(t, slow)
		b := s.inside()
		other := s.twin(slow)
		both := func(seconds int) {
			for range seconds {
				other.now.Add(1000)
				s.pass(time.Second)
				other.pass(0)
			}
		}
		both(10)
		there := other.carrying(b.cookie("einlass-termine"))
		there.beacon("closed?room=termine&quiet=10000")
		if back {
			b.load("GET", "/weiter")
		}
		both(29)
		if f := s.lines[0].View().Snapshot; f.Live != 1 {
			t.Errorf("followed %v: %d inside within the grace", back, f.Live)
		}
		both(2)
		want := int64(0)
		if back {
			want = 1
		}
		if f := s.lines[0].View().Snapshot; f.Live != want {
			t.Errorf("followed %v: %d inside, want %d", back, f.Live, want)
		}
	}
}
