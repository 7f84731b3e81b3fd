package httpx

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAVisitTellsWhatWasSent(t *testing.T) {
	_, addr := serve(t, given(), func(v *Visit) {
		var lines []string
		for name, value := range v.Headers() {
			lines = append(lines, string(name)+"="+string(value))
		}
		v.Answer(200, "text/plain", fmt.Appendf(nil, "%s|%s|%s|%q|%v|%s|%s|%v|%s|%s|%d", v.Method(), v.Target(), v.Path(), v.Query(),
			v.Query() == nil, v.Host(), v.HostPort(), v.HTTP10(), strings.Join(lines, ";"), v.Header("x-A"), v.ContentLength()))
	})
	for request, want := range map[string]string{
		"PUT /a/%2e?b=1?c HTTP/1.1\r\nHOST: H.Example.:8080\r\nx-a: 1\r\nX-A: 2\r\n\r\n":     `PUT|/a/%2e?b=1?c|/a/%2e|"b=1?c"|false|h.example|H.Example.:8080|false|HOST=H.Example.:8080;x-a=1;X-A=2|1|0`,
		"GET /a? HTTP/1.0\r\nHost: [2001:DB8::1]:80\r\n\r\n":                                 `GET|/a?|/a|""|false|[2001:db8::1]|[2001:DB8::1]:80|true|Host=[2001:DB8::1]:80||0`,
		"GET /a HTTP/1.0\r\n\r\n":                                                            `GET|/a|/a|""|true|||true|||0`,
		"PATCH / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nConnection: close\r\n\r\n":     `PATCH|/|/|""|true|h|h|false|Host=h;Content-Length=12;Connection=close||12`,
		"QUERY / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n":         `QUERY|/|/|""|true|h|h|false|Host=h;Transfer-Encoding=chunked||-1`,
		"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n":                                              `OPTIONS|*|*|""|true|h|h|false|Host=h||0`,
		"DELETE /x HTTP/1.1\r\nHost: h\r\n\r\n":                                              `DELETE|/x|/x|""|true|h|h|false|Host=h||0`,
		"POST /x HTTP/1.1\r\nHost: [2001:db8::1]\r\nContent-Length: 0\r\nX-A:  a b \r\n\r\n": `POST|/x|/x|""|true|[2001:db8::1]|[2001:db8::1]|false|Host=[2001:db8::1];Content-Length=0;X-A=a b|a b|0`,
	} {
		if _, body := dial(t, addr).ask(request, 200); body != want {
			t.Errorf("%q\n got %s\nwant %s", request, body, want)
		}
	}
}

func TestKnownHostsAreFoundInAnySpellingThatIsKnown(t *testing.T) {
	s := newServer(t, given(), ok)
	s.KnowHosts("before.example")
	s.KnowHosts("termine.example", "Termine.example:8080", "[2001:DB8::1]:80", "other.example")
	for sent, want := range map[string]string{
		"termine.example": "termine.example", "Termine.example:8080": "termine.example", "TERMINE.example": "termine.example",
		"[2001:DB8::1]:80": "[2001:db8::1]", "other.example": "other.example", "": "",
	} {
		if got := s.hostName([]byte(sent)); got != want {
			t.Errorf("%q: %q, want %q", sent, got, want)
		}
	}
	known := []byte("termine.example")
	if n := testing.AllocsPerRun(100, func() { s.hostName(known) }); n > 0 {
		t.Errorf("a known host costs %v allocations", n)
	}
}

func TestTheGuardAllocatesNothing(t *testing.T) {
	s := newServer(t, given(), ok)
	raw := []byte(browser)
	var h head
	if n := testing.AllocsPerRun(100, func() {
		if end, bad := headEnd(raw, 0); bad || h.parse(raw[:end], &s.limits) != NoFault {
			t.Fatal("refused")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWhoReadsAPageAndWhoLoadsOne(t *testing.T) {
	const html = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
	for name, tc := range map[string]struct {
		method, lines         string
		reads, loads, inFrame bool
	}{
		"a page":                      {"GET", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nAccept: text/html\r\n", true, true, false},
		"a form":                      {"POST", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n", true, true, false},
		"a service worker's":          {"GET", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: empty\r\n", true, true, false},
		"a service worker's form":     {"POST", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: empty\r\n", true, true, false},
		"one of Firefox":              {"GET", workerOfFirefox + "Accept: text/html,*/*;q=0.8\r\n", true, true, false},
		"its form":                    {"POST", workerOfFirefox + "Accept: text/html,*/*;q=0.8\r\n", true, true, false},
		"no page of Firefox":          {"GET", workerOfFirefox + "Accept: application/json\r\n", false, false, false},
		"a script's of the same host": {"GET", "Sec-Fetch-Mode: same-origin\r\nSec-Fetch-Dest: empty\r\nSec-Fetch-Site: same-origin\r\nAccept: text/html\r\n", false, false, false},
		"another host's like it": {"GET", "Sec-Fetch-Mode: same-origin\r\nSec-Fetch-Dest: empty\r\nSec-Fetch-Site: cross-site\r\n" +
			"Upgrade-Insecure-Requests: 1\r\nAccept: text/html\r\n", false, false, false},
		"a navigation that is vague": {"GET", "Sec-Fetch-Mode: navigate\r\n", true, true, false},
		"one for what is new":        {"GET", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: hologram\r\n", true, true, false},
		"an iframe":                  {"GET", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n", true, false, true},
		"a frame":                    {"GET", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: frame\r\n", true, false, true},
		"an embedded page":           {"GET", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: embed\r\n", true, false, true},
		"an object":                  {"GET", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: object\r\n", true, false, true},
		"a fenced frame":             {"GET", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: fencedframe\r\n", true, false, true},
		"a form in a frame":          {"POST", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n", true, false, true},
		"only a document":            {"GET", "Sec-Fetch-Dest: document\r\n", true, true, false},
		"only a frame":               {"GET", "Sec-Fetch-Dest: iframe\r\n", true, false, true},
		"a program that navigates":   {"PUT", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n", true, false, false},
		"its HEAD":                   {"HEAD", "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n", true, false, false},
		"a script's request":         {"GET", "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nAccept: text/html\r\n", false, false, false},
		"an image":                   {"GET", "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n", false, false, false},
		"an object that is no page":  {"GET", "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: object\r\n", false, false, true},
		"only a destination":         {"GET", "Sec-Fetch-Dest: style\r\nAccept: text/html\r\n", false, false, false},
		"an older browser":           {"GET", html, true, true, false},
		"an older browser's form":    {"POST", html, true, false, false},
		"Java's form":                {"POST", "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2\r\n", true, false, false},
		"an older browser's HEAD":    {"HEAD", html, true, false, false},
		"an older browser's script":  {"GET", "Accept: text/html\r\nX-Requested-With: XMLHttpRequest\r\n", false, false, false},
		"an older browser's image":   {"GET", "Accept: image/png,*/*\r\n", false, false, false},
		"a program":                  {"GET", "Accept: application/json\r\n", false, false, false},
		"a program that says little": {"GET", "Accept: */*\r\n", false, false, false},
		"nothing said":               {"GET", "", false, false, false},
		"another method":             {"PUT", "Accept: text/html\r\n", false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			v := visitOf(t, given(), "198.51.100.7", tc.lines)
			v.method = tc.method
			if v.ReadsHTML() != tc.reads || v.PageLoad() != tc.loads || v.Framed() != tc.inFrame {
				t.Errorf("reads %v, loads %v, in a frame %v", v.ReadsHTML(), v.PageLoad(), v.Framed())
			}
		})
	}
}

func TestAGuessIsKnownInEverySpelling(t *testing.T) {
	for lines, want := range map[string]bool{
		"Sec-Purpose: prefetch\r\n": true, "Sec-Purpose: prefetch;prerender\r\n": true, "sec-purpose: Prefetch;anonymous-client-ip\r\n": true,
		"Purpose: prefetch\r\n": true, "PURPOSE: PREVIEW\r\n": true, "X-Purpose: preview\r\n": true, "X-Moz: prefetch\r\n": true,
		"X-Moz: a, Prerender;b\r\n": true, "Purpose: other\r\nPurpose: prefetch\r\n": true, "Sec-Purpose: x\r\nX-Moz: prefetch\r\n": true,
		"": false, "Sec-Purpose:\r\n": false, "Purpose: fetch\r\n": false, "X-Moz: pre\r\n": false, "X-Prefetch: prefetch\r\n": false,
	} {
		if got := visitOf(t, given(), "198.51.100.7", lines).Speculative(); got != want {
			t.Errorf("%q: %v", lines, got)
		}
	}
}

func TestAVisitKnowsWhoseAPageAskedAndHowLongATargetMayBe(t *testing.T) {
	for site, want := range map[string]bool{"same-origin": true, "same-site": false, "cross-site": false, "none": false} {
		v := visitOf(t, given(func(c *Config) { c.Limits.URLBytes = 1000 }), "198.51.100.7", "Sec-Fetch-Site: "+site+"\r\n")
		if v.SameOrigin() != want || v.MaxTarget() != 1000 {
			t.Errorf("%s: %v, %d", site, v.SameOrigin(), v.MaxTarget())
		}
	}
	if visitOf(t, given(), "198.51.100.7", "").SameOrigin() {
		t.Error("a browser that says nothing comes from here")
	}
}

func TestTheFirstCookieOfANameIsRead(t *testing.T) {
	for name, tc := range map[string]struct{ lines, want string }{
		"alone":              {"Cookie: a=1\r\n", "1"},
		"among others":       {"Cookie: b=2; a=1; c=3\r\n", "1"},
		"the first of two":   {"Cookie: a=1; a=2\r\n", "1"},
		"in a second field":  {"Cookie: b=2\r\ncookie: a=1\r\n", "1"},
		"spacing":            {"Cookie: b=2;a=1 ;\tc=3\r\n", "1"},
		"an equals sign":     {"Cookie: a=1=2\r\n", "1=2"},
		"empty":              {"Cookie: a=\r\n", ""},
		"none":               {"", "nil"},
		"another's end":      {"Cookie: xa=1\r\n", "nil"},
		"another's start":    {"Cookie: aa=1\r\n", "nil"},
		"in another case":    {"Cookie: A=1\r\n", "nil"},
		"without a value":    {"Cookie: a; b=2\r\n", "nil"},
		"in another field":   {"Kookie: a=1\r\nX-Cookie: a=1\r\n", "nil"},
		"in another's value": {"Cookie: b=a=1\r\n", "nil"},
		"only semicolons":    {"Cookie: ;;;; \r\n", "nil"},
	} {
		t.Run(name, func(t *testing.T) {
			got := visitOf(t, given(), "198.51.100.7", tc.lines).Cookie("a")
			if (got == nil) != (tc.want == "nil") || got != nil && string(got) != tc.want {
				t.Errorf("got %q, want %s", got, tc.want)
			}
		})
	}
}

func TestACookieOfOursIsWrittenSoThatBrowsersKeepIt(t *testing.T) {
	for want, c := range map[string]Cookie{
		"a=b; Path=/; Max-Age=2; HttpOnly; SameSite=Lax":                    {Name: "a", Value: "b", MaxAge: 1500 * time.Millisecond},
		"a=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax":                     {Name: "a", MaxAge: -1},
		"a=b; Path=/; HttpOnly; SameSite=None; Secure":                      {Name: "a", Value: "b", Secure: true},
		"__Host-a=b; Path=/; Max-Age=60; HttpOnly; SameSite=None; Secure":   {Name: "__Host-a", Value: "b", MaxAge: time.Minute},
		"a=e30.e30.-_; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax":        {Name: "a", Value: "e30.e30.-_", MaxAge: time.Hour},
		"__Host-a=c; Path=/; HttpOnly; SameSite=None; Secure; Partitioned":  {Name: "__Host-a", Value: "c", Partitioned: true},
		"b=c; Path=/; HttpOnly; SameSite=Lax":                               {Name: "b", Value: "c", Partitioned: true},
		"__Secure-a=b; Path=/; Max-Age=60; HttpOnly; SameSite=None; Secure": {Name: "__Secure-a", Value: "b", MaxAge: time.Minute},
	} {
		got, ok := appendCookie(nil, &c)
		if string(got) != want || !ok {
			t.Errorf("got %q, %v\nwant %q", got, ok, want)
		}
	}
	for _, c := range []Cookie{
		{},
		{Name: "a b"},
		{Name: "a="},
		{Name: "a\r\nX"},
		{Name: "a", Value: "b;c"},
		{Name: "a", Value: "b\r\nSet-Cookie: x=y"},
		{Name: "a", Value: "b c"},
		{Name: "a", Value: `"b"`},
		{Name: "a", Value: "b,c"},
		{Name: "a", Value: `b\c`},
		{Name: "a", Value: "ä"},
	} {
		if got, ok := appendCookie(nil, &c); ok {
			t.Errorf("%+v is sent as %q", c, got)
		}
	}
}

func TestAnAnswerOfOursIsNeitherKeptNorIndexed(t *testing.T) {
	body := []byte("hello")
	_, addr := serve(t, given(func(c *Config) { c.HSTS = 24 * time.Hour }), func(v *Visit) {
		v.SetCookie(Cookie{Name: "a", Value: "b"})
		v.SetCookie(Cookie{Name: "c", Value: "not sent\r\n"})
		v.Answer(201, "text/plain", body, "X-A", "1", "X-A", "2", "X-Split", "a\r\nb: c")
		body[0] = 'j' // it was copied
	})
	resp, got := dial(t, addr).ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 201)
	if got != "hello" || resp.Status != "201 Created" {
		t.Errorf("%s %q", resp.Status, got)
	}
	for name, want := range map[string]string{
		"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "same-origin",
		"X-Content-Type-Options": "nosniff", "Content-Type": "text/plain", "Content-Length": "5", "Set-Cookie": "a=b; Path=/; HttpOnly; SameSite=Lax",
		"X-A": "1;2", "X-Split": "a  b: c", "Server": "", "Strict-Transport-Security": "", "Connection": "",
	} {
		if got := strings.Join(resp.Header.Values(name), ";"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	date, err := time.Parse(dateFormat, resp.Header.Get("Date"))
	if err != nil || time.Since(date) > time.Minute || len(resp.Header.Values("Date")) != 1 {
		t.Errorf("Date: %q", resp.Header.Values("Date"))
	}
}

func TestAnAnswersOwnWordOnCachesWins(t *testing.T) {
	_, addr := serve(t, given(), func(v *Visit) {
		v.Answer(200, "", nil, "cache-control", "public, max-age=60", "referrer-policy", "no-referrer")
	})
	resp, _ := dial(t, addr).ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	if got := resp.Header.Values("Cache-Control"); len(got) != 1 || got[0] != "public, max-age=60" {
		t.Errorf("Cache-Control: %q", got)
	}
	if got := resp.Header.Values("Referrer-Policy"); len(got) != 1 || got[0] != "no-referrer" {
		t.Errorf("Referrer-Policy: %q", got)
	}
	if got := resp.Header.Values("Content-Type"); len(got) != 0 {
		t.Errorf("Content-Type: %q", got)
	}
}

func TestHEADIsAnsweredWithTheLengthAndNoBody(t *testing.T) {
	_, addr := serve(t, given(), ok)
	c := dial(t, addr)
	for range 2 {
		resp, body := c.ask("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		if body != "" || resp.ContentLength != 2 {
			t.Errorf("length %d, body %q", resp.ContentLength, body)
		}
	}
	c.ask("HEAD / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n", 417)
	c.closed()
}

func TestStatusesWithoutABodyHaveNone(t *testing.T) {
	_, addr := serve(t, given(), func(v *Visit) {
		if string(v.Path()) == "/204" {
			v.Answer(204, "", nil)
			return
		}
		v.Answer(304, "", nil)
	})
	c := dial(t, addr)
	for _, status := range []int{204, 304, 204} {
		resp, _ := c.ask(fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", status), status)
		if got := resp.Header.Get("Content-Length"); got != "" {
			t.Errorf("%d: Content-Length %q", status, got)
		}
	}
}

func TestAVisitMayCloseItsConnection(t *testing.T) {
	_, addr := serve(t, given(), func(v *Visit) {
		ok(v)
		v.Close()
	})
	c := dial(t, addr)
	if resp, _ := c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200); !resp.Close {
		t.Error("the answer does not say so")
	}
	c.closed()
}

// workerOfFirefox is what Firefox sends with a page load that a service worker passes on, beside Accept.
const workerOfFirefox = "Sec-Fetch-Mode: same-origin\r\nSec-Fetch-Dest: empty\r\nSec-Fetch-Site: same-origin\r\nUpgrade-Insecure-Requests: 1\r\n"
