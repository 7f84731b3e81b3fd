package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/httpx"
)

// cookieAnswer is what a visitor by TLS gets of an origin that answers with these fields. Our cookie goes with each answer.
func cookieAnswer(t *testing.T, fields, request string) http.Header {
	t.Helper()
	origin := serveRaw(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			if _, err := readRawHead(r); err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n"+fields+"Content-Length: 2\r\n\r\nok")
		}
	})
	_, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) {
		f.options = func(v *httpx.Visit) Options {
			v.SetCookie(httpx.Cookie{Name: "__Host-einlass-r", Value: "ours"})
			return Options{StripCookies: isOurs}
		}
		f.configure = append(f.configure, trustLoopback)
	})
	c := dialTest(t, addr)
	send(t, c, request)
	return wantAnswer(t, bufio.NewReader(c), "GET", 200, "ok").Header
}

const oursOnly = "__Host-einlass-r=ours; Path=/; HttpOnly; SameSite=None; Secure"

func TestTheOriginSetsNoCookieOfOurs(t *testing.T) {
	for _, theirs := range []string{
		"__Host-einlass-r=x; Path=/; Secure", "__Host-einlass-r=; Max-Age=0; Path=/; Secure", " __Host-einlass-r =x", "__Host-einlass-r",
		"=__Host-einlass-r=x", " = __Host-einlass-r=x; Path=/",
	} {
		h := cookieAnswer(t, "Set-Cookie: sid=1; Path=/\r\nset-cookie: "+theirs+"\r\nSet-Cookie: b=__Host-einlass-r\r\n",
			"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		if got, want := h.Values("Set-Cookie"), []string{"sid=1; Path=/", "b=__Host-einlass-r", oursOnly}; !sameValues(got, want) {
			t.Errorf("%q: got %q, want %q", theirs, got, want)
		}
	}
}

func sameValues(got, want []string) bool {
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	return slices.Equal(got, want)
}

func TestClearSiteDataDeletesTheCookiesOfTheSiteAlone(t *testing.T) {
	for _, test := range []struct {
		says, passed string
		deletes      bool
	}{
		{`"cache"`, `"cache"`, false},
		{`"cookies"`, "", true},
		{`"cache", "cookies" , "storage"`, `"cache", "storage"`, true},
		{`"*"`, clearRest, true},
		{`cookies`, "cookies", false}, // not quoted, which browsers pass over
	} {
		for _, tls := range []bool{false, true} {
			request := "GET /a/logout HTTP/1.1\r\nHost: www.town.example:8443\r\nCookie: sid=1; __Host-einlass-r=t; __Host-x=2\r\n"
			if tls {
				request += "X-Forwarded-Proto: https\r\n"
			}
			h := cookieAnswer(t, "Clear-Site-Data: "+test.says+"\r\nSet-Cookie: sid=new; Path=/\r\n", request+"\r\n")
			if got := h.Get("Clear-Site-Data"); got != test.passed {
				t.Errorf("%s: passed on %q, want %q", test.says, got, test.passed)
			}
			var deleted []string
			for _, line := range h.Values("Set-Cookie") {
				if rest, gone := strings.CutPrefix(line, "sid=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; "); gone {
					deleted = append(deleted, rest)
				}
				if strings.HasPrefix(line, "__Host-einlass-r=") && line != oursOnly {
					t.Errorf("%s: our cookie is touched: %q", test.says, line)
				}
			}
			want := []string(nil)
			if test.deletes && tls {
				for _, path := range []string{"/", "/a", "/a/logout"} {
					want = append(want, "Path="+path, "Path="+path+"; Domain=www.town.example", "Path="+path+"; Domain=town.example")
				}
			}
			if !sameValues(deleted, want) {
				t.Errorf("%s, TLS %v: deletes %q, want %q", test.says, tls, deleted, want)
			}
		}
	}
}

// What the site sets in the same answer is meant to last, so it stands behind what deletes.
func TestACookieThatTheSiteSetsAnewOutlivesItsClearSiteData(t *testing.T) {
	h := cookieAnswer(t, "Set-Cookie: sid=new; Path=/\r\nClear-Site-Data: \"cookies\"\r\n",
		"GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: https\r\nCookie: sid=old\r\n\r\n")
	last := ""
	for _, line := range h.Values("Set-Cookie") {
		if strings.HasPrefix(line, "sid=") {
			last = line
		}
	}
	if last != "sid=new; Path=/" {
		t.Errorf("the last word on the cookie is %q of %q", last, h.Values("Set-Cookie"))
	}
}

func TestACookieOfManyDomainsIsDeletedInBounds(t *testing.T) {
	h := cookieAnswer(t, "Clear-Site-Data: \"*\"\r\n",
		"GET /"+strings.Repeat("a/", 200)+" HTTP/1.1\r\nHost: "+strings.Repeat("a.", 40)+"example\r\nX-Forwarded-Proto: https\r\nCookie: sid=1; b=2\r\n\r\n")
	if n := len(h.Values("Set-Cookie")); n != maxExpired+1 {
		t.Errorf("%d fields, want at most %d and ours", n, maxExpired)
	}
}
