package proxy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
)

// The same requests and answers go through ours and through the standard library's
// ReverseProxy behind its server. What the origin saw and what the visitor saw is
// compared field by field: values and their order within a name, bodies, trailers,
// statuses. (The order between names and their case is not: net/http loses both. The
// transcripts hold ours.) Every difference has to stand here with its reason, and
// every entry here has to be needed.
var allowedDifferences = []struct {
	what   string // as diff writes it, up to the value
	only   string // the case it is allowed in; empty: any
	reason string
}{
	{"request: ours has X-Real-Ip", "", "we say who asked to origins that read this field, as nginx sites do"},
	{"request: ours has X-Forwarded-Port", "", "the public port cannot be seen from Host alone behind TLS"},
	{"request: theirs has X-Forwarded-Prefix", "", "from a stranger; theirs strips three names of the family, we strip all"},
	{"request: X-Real-Ip is", "a stranger's forwarding", "theirs passes a forged one"},
	{"request: line", "a raw query", "theirs drops what it cannot parse from a query; ours sends the bytes that were decided on"},
	{"request: line", "bytes above ASCII", "theirs escapes them; ours sends the bytes that were decided on"},
	{"request: ", "an asterisk", "net/http's server answers OPTIONS * itself"},
	{"answer: ", "an asterisk", "net/http's server answers OPTIONS * itself"},
	{"request: theirs has Via", "", "from a stranger; theirs passes a forged chain"},
	{"request: theirs has X-Original-Url", "", "makes some frameworks serve another path than the one decided on"},
	{"request: theirs has X-Rewrite-Url", "", "makes some frameworks serve another path than the one decided on"},
	{"request: theirs has Einlass-Visitor", "", "our own names cannot be set by visitors"},
	{"request: theirs has Einlass_visitor", "", "our own names cannot be set by visitors, in no spelling"},
	{"request: theirs has X-Einlass-Visitor", "", "our own names cannot be set by visitors"},
	{"request: theirs has X_forwarded_for", "", "CGI reads it as X-Forwarded-For"},
	{"request: theirs has Content_length", "", "CGI reads it as Content-Length"},
	{"request: theirs has Proxy", "", "CGI turns it into HTTP_PROXY, which clients take for their setting"},
	{"request: theirs has Http2-Settings", "", "hop-by-hop by RFC 7540 section 3.2.1 even if Connection forgets to name it"},
	{"request: theirs has Expect", "", "the gateway answers expectations itself, before it takes a body"},
	{"request: cookies", "", "our own cookies are not the origin's business"},
	{"request: ours has Connection", "", "RFC 9110 section 10.1.4: who sends TE names it in Connection; and a connection that is used once is closed"},
	{"request: theirs has Content-Length", "a POST without a body", "net/http adds a length of 0 that the visitor did not send"},
	{"request: theirs has Trailer", "trailers in the request", "request trailers are dropped (RFC 9110 section 6.5.1 allows it)"},
	{"request: ours has Content-Length", "a body in chunks", "a short body goes out with its length: some origins read no chunks"},
	{"request: theirs has Transfer-Encoding", "a body in chunks", "a short body goes out with its length: some origins read no chunks"},
	{"request: ours has Content-Length", "an empty body in chunks", "a short body goes out with its length: some origins read no chunks"},
	{"request: theirs has Transfer-Encoding", "an empty body in chunks", "a short body goes out with its length: some origins read no chunks"},
	{"request: ours has Content-Length", "trailers in the request", "a short body goes out with its length: some origins read no chunks"},
	{"request: theirs has Transfer-Encoding", "trailers in the request", "a short body goes out with its length: some origins read no chunks"},
	{"answer: theirs has Content-Type", "", "net/http guesses a type that the origin did not send"},
	{"answer: theirs has Einlass-Finish", "", "what the origin says to the gateway is not the visitor's business"},
	{"answer: trailers", "trailers nobody asked for", "only a visitor who sends TE: trailers gets them (RFC 9110 section 6.5.1)"},
	{"answer: trailers", "forbidden trailers", "what frames, routes or sets cookies may not stand behind the body"},
	{"answer: status 200 against 502", "a length beside chunks", "net/http takes the chunks; two readers could see two ends, so we refuse"},
	{"answer: ", "a length beside chunks", "refused, see the status"},
	{"answer: status 200 against 502", "a bare LF", "net/http takes it for a line end (RFC 9112 section 2.2 allows both)"},
	{"answer: ", "a bare LF", "refused, see the status"},
	{"answer: status 200 against 502", "a broken name", "a name with a blank is none (RFC 9112 section 5.1)"},
	{"answer: ", "a broken name", "refused, see the status"},
	{"answer: status 200 against 502", "a folded line", "RFC 9112 section 5.2 lets a proxy refuse instead of unfold"},
	{"answer: ", "a folded line", "refused, see the status"},
}

type differentialCase struct{ name, request, answer string }

const plainRequest = "GET /a?b=c HTTP/1.1\r\nHost: site.example\r\n\r\n"

func differentialCorpus() []differentialCase {
	var all []differentialCase
	req := func(name, head string, body ...string) {
		all = append(all, differentialCase{name, strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + strings.Join(body, ""), okAnswer})
	}
	ans := func(name, head string, body ...string) {
		all = append(all, differentialCase{name, plainRequest, strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + strings.Join(body, "")})
	}
	req("plain", "GET / HTTP/1.1\nHost: site.example")
	req("a browser", "GET /termine HTTP/1.1\nHost: site.example\nUser-Agent: Mozilla/5.0\nAccept: text/html\nAccept-Language: de\nAccept-Encoding: gzip, br\nConnection: keep-alive\nUpgrade-Insecure-Requests: 1\nSec-Fetch-Mode: navigate")
	req("a raw path", "GET /a//b/../c/%2e%2E/%2F;x=1,y'(z)!$&*+:@~ HTTP/1.1\nHost: site.example")
	req("a raw query", "GET /?a=1;b=2&a=%&&=x&c=%zz+d?e[]={} HTTP/1.1\nHost: site.example")
	req("bytes above ASCII", "GET /stra\xc3\x9fe?\xe4=\xff HTTP/1.1\nHost: site.example\nX-A: \xe4\xff")
	req("an asterisk", "OPTIONS * HTTP/1.1\nHost: site.example")
	req("duplicates", "GET / HTTP/1.1\nHost: site.example\nX-A: 1\nX-B: 2\nX-A: 3\nx-a: 4\nAccept: a\nAccept: b")
	req("empty values", "GET / HTTP/1.1\nHost: site.example\nX-A:\nX-B: \nX-A:  \t")
	req("several Cookie fields", "GET / HTTP/1.1\nHost: site.example\nCookie: a=1; b=2\nCookie: c=3")
	req("cookies of ours", "GET / HTTP/1.1\nHost: site.example\nCookie: a=1; __Host-einlass-x=s; b=2")
	req("only a cookie of ours", "GET / HTTP/1.1\nHost: site.example\nCookie: __Host-einlass-x=s")
	req("hop-by-hop", "GET / HTTP/1.1\nHost: site.example\nConnection: close, X-Hop\nX-Hop: 1\nKeep-Alive: 5\nProxy-Connection: x\nProxy-Authorization: x\nTE: gzip\nTrailer: X\nUpgrade: h2c")
	req("settings of HTTP/2", "GET / HTTP/1.1\nHost: site.example\nHTTP2-Settings: AAA")
	req("trailers wanted", "GET / HTTP/1.1\nHost: site.example\nTE: trailers")
	req("a stranger's forwarding", "GET / HTTP/1.1\nHost: site.example\nX-Forwarded-For: 1.2.3.4\nX-Forwarded-Proto: https\nX-Forwarded-Host: x\nX-Forwarded-Prefix: /x\nForwarded: for=1.2.3.4\nX-Real-IP: 1.2.3.4\nVia: 1.1 x\nX-Original-URL: /x\nX-Rewrite-URL: /x")
	req("disguises", "GET / HTTP/1.1\nHost: site.example\nX_Forwarded_For: 1.2.3.4\nContent_Length: 5\nProxy: x\nEinlass-Visitor: x\nEinlass_Visitor: x\nX-Einlass-Visitor: x")
	req("a form", "POST /f HTTP/1.1\nHost: site.example\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 7", "a=1&b=2")
	req("multipart", "POST /f HTTP/1.1\nHost: site.example\nContent-Type: multipart/form-data; boundary=x\nContent-Length: 55", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--")
	req("an expectation", "POST /f HTTP/1.1\nHost: site.example\nExpect: 100-continue\nContent-Length: 3", "abc")
	req("a body in chunks", "PUT /f HTTP/1.1\nHost: site.example\nTransfer-Encoding: chunked", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
	req("an empty body in chunks", "PUT /f HTTP/1.1\nHost: site.example\nTransfer-Encoding: chunked", "0\r\n\r\n")
	req("trailers in the request", "PUT /f HTTP/1.1\nHost: site.example\nTrailer: X-T\nTransfer-Encoding: chunked", "3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n")
	req("a POST without a body", "POST /f HTTP/1.1\nHost: site.example")
	req("a POST with a length of 0", "POST /f HTTP/1.1\nHost: site.example\nContent-Length: 0")
	req("a GET with a body", "GET /f HTTP/1.1\nHost: site.example\nContent-Length: 3", "abc")
	req("a large body", "POST /f HTTP/1.1\nHost: site.example\nContent-Length: 300000", strings.Repeat("x", 300000))
	req("an unusual method", "PROPFIND /f HTTP/1.1\nHost: site.example\nDepth: 1")
	req("another port", "GET / HTTP/1.1\nHost: site.example:8080")
	req("absolute form", "GET http://site.example/a?b HTTP/1.1\nHost: site.example")

	ans("a page", "HTTP/1.1 200 OK\nDate: Mon, 14 Jun 2021 08:00:00 GMT\nServer: Apache\nContent-Type: text/html\nContent-Length: 5", "hello")
	ans("no date, no type", "HTTP/1.1 200 OK\nContent-Length: 5", "hello")
	ans("an empty page", "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 0")
	ans("cookies", "HTTP/1.1 200 OK\nSet-Cookie: a=1; Path=/; HttpOnly\nSet-Cookie: b=\"x y\"; Expires=Mon, 14 Jun 2021 08:00:00 GMT\nSet-Cookie: a=2\nContent-Length: 0")
	ans("a redirect", "HTTP/1.1 302 Found\nLocation: http://127.0.0.1:1/x?y\nContent-Length: 0")
	ans("an answer in chunks", "HTTP/1.1 200 OK\nContent-Type: text/plain\nTransfer-Encoding: chunked", "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n")
	ans("a large answer", "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 300000", strings.Repeat("y", 300000))
	ans("a large answer in chunks", "HTTP/1.1 200 OK\nContent-Type: text/plain\nTransfer-Encoding: chunked", "20000\r\n", strings.Repeat("y", 0x20000), "\r\n0\r\n\r\n")
	ans("until the end", "HTTP/1.1 200 OK\nContent-Type: text/plain\nConnection: close", "hello")
	ans("HTTP/1.0", "HTTP/1.0 200 OK\nContent-Type: text/plain", "hello")
	ans("hop-by-hop in the answer", "HTTP/1.1 200 OK\nContent-Type: text/plain\nConnection: X-Hop\nX-Hop: 1\nKeep-Alive: 5\nProxy-Authenticate: x\nProxy-Connection: x\nUpgrade: h2\nTE: x\nContent-Length: 2", "ok")
	ans("gzip", "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Encoding: gzip\nVary: Accept-Encoding\nContent-Length: 4", "\x1f\x8b\x00\x00")
	ans("no content", "HTTP/1.1 204 No Content\nX-A: b")
	ans("not modified", "HTTP/1.1 304 Not Modified\nETag: \"x\"")
	ans("an error", "HTTP/1.1 500 Kaputt\nContent-Type: text/plain\nContent-Length: 2", "no")
	ans("not found", "HTTP/1.1 404 Not Found\nContent-Type: text/plain\nContent-Length: 2", "no")
	ans("an unusual status", "HTTP/1.1 299 Hm\nContent-Type: text/plain\nContent-Length: 2", "ok")
	ans("no reason", "HTTP/1.1 200\nContent-Type: text/plain\nContent-Length: 2", "ok")
	ans("a word to the gateway", "HTTP/1.1 200 OK\nContent-Type: text/plain\nEinlass-Finish: 1\nContent-Length: 2", "ok")
	ans("early hints", "HTTP/1.1 103 Early Hints\nLink: </a>; rel=preload\n\nHTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 2", "ok")
	ans("trailers nobody asked for", "HTTP/1.1 200 OK\nContent-Type: text/plain\nTrailer: Digest\nTransfer-Encoding: chunked", "2\r\nok\r\n0\r\nDigest: x\r\n\r\n")
	ans("a length beside chunks", "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 3\nTransfer-Encoding: chunked", "2\r\nok\r\n0\r\n\r\n")
	ans("two different lengths", "HTTP/1.1 200 OK\nContent-Length: 3\nContent-Length: 4", "okok")
	ans("two equal lengths", "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 2\nContent-Length: 2", "ok")
	ans("a broken status line", "HTTP/1.1 abc OK\nContent-Length: 2", "ok")
	ans("a broken name", "HTTP/1.1 200 OK\nA B: c\nContent-Length: 2", "ok")
	all = append(all,
		differentialCase{"HEAD", "HEAD / HTTP/1.1\r\nHost: site.example\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 123\r\n\r\n"},
		differentialCase{"a bare LF", plainRequest, "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 2\r\n\r\nok"},
		differentialCase{"a folded line", plainRequest, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok"},
		differentialCase{
			"trailers wanted and sent", "GET / HTTP/1.1\r\nHost: site.example\r\nTE: trailers\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTrailer: Digest\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nDigest: x\r\n\r\n",
		},
		differentialCase{
			"forbidden trailers", "GET / HTTP/1.1\r\nHost: site.example\r\nTE: trailers\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTrailer: Digest, Set-Cookie\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nDigest: x\r\nSet-Cookie: a=b\r\n\r\n",
		},
	)
	return all
}

func TestOursDiffersFromTheStandardLibrarysProxyOnlyAsWritten(t *testing.T) {
	used := make([]bool, len(allowedDifferences))
	for _, c := range differentialCorpus() {
		t.Run(c.name, func(t *testing.T) {
			ours, theirs := observeOurs(t, c), observeTheirs(t, c)
			for _, d := range diff(ours, theirs) {
				if !isAllowed(c.name, d, used) {
					t.Errorf("%s", d)
				}
			}
		})
	}
	for i, u := range used {
		if !u {
			t.Errorf("nothing differs any more in %q (%s)", allowedDifferences[i].what, allowedDifferences[i].only)
		}
	}
}

func isAllowed(name, d string, used []bool) bool {
	ok := false
	for i, a := range allowedDifferences {
		if strings.HasPrefix(d, a.what) && (a.only == "" || a.only == name) {
			used[i], ok = true, true
		}
	}
	return ok
}

// observation is one exchange as both ends saw it.
type observation struct {
	requests int
	line     string
	request  seenSide
	status   int
	interim  int
	answer   seenSide
}

type seenSide struct {
	header  textproto.MIMEHeader
	body    string
	trailer string
}

func observeOurs(tb testing.TB, c differentialCase) observation {
	origin := newScriptedBackend(tb, scriptedAnswer{bytes: []byte(c.answer), close: endsWithConnection(c.answer)})
	_, addr := startProxy(tb, with(siteAt("http://"+origin.addr), func(b *config.Backend) { b.GetBodies = true }), func(f *forwarder) {
		f.options = func(*httpx.Visit) Options { return Options{StripCookies: isOurs} }
	})
	return observe(tb, addr, c, origin)
}

func observeTheirs(tb testing.TB, c differentialCase) observation {
	origin := newScriptedBackend(tb, scriptedAnswer{bytes: []byte(c.answer), close: endsWithConnection(c.answer)})
	target := &url.URL{Scheme: "http", Host: origin.addr}
	transport := &http.Transport{DisableCompression: true}
	tb.Cleanup(transport.CloseIdleConnections)
	s := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host
			r.SetXForwarded()
		},
		Transport: transport,
		ErrorLog:  log.New(io.Discard, "", 0),
	})
	tb.Cleanup(s.Close)
	return observe(tb, s.Listener.Addr().String(), c, origin)
}

func endsWithConnection(answer string) bool {
	return !strings.Contains(answer, "Content-Length") && !strings.Contains(answer, "chunked") &&
		!strings.Contains(answer, " 204 ") && !strings.Contains(answer, " 304 ")
}

func observe(tb testing.TB, addr string, c differentialCase, origin *scriptedBackend) observation {
	tb.Helper()
	conn := dialTest(tb, addr)
	send(tb, conn, c.request)
	r := bufio.NewReader(conn)
	method, _, _ := strings.Cut(c.request, " ")
	var o observation
	for {
		resp, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			tb.Fatalf("no answer: %v", err)
		}
		if resp.StatusCode < 200 {
			if resp.StatusCode != 100 {
				o.interim++
			}
			continue
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			tb.Fatalf("half an answer: %v", err)
		}
		o.status = resp.StatusCode
		o.answer = seenSide{textproto.MIMEHeader(resp.Header), string(body), fmt.Sprint(resp.Trailer)}
		if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil && time.Since(at).Abs() < time.Minute {
			resp.Header.Set("Date", "now")
		}
		if len(resp.TransferEncoding) > 0 {
			o.answer.header.Set("Transfer-Encoding", resp.TransferEncoding[0])
		}
		break
	}
	seen := origin.requests()
	o.requests = len(seen)
	if len(seen) > 0 {
		o.line, o.request = parseSeen(tb, seen[0])
	}
	return o
}

// parseSeen takes a request apart as the origin got it.
func parseSeen(tb testing.TB, raw string) (line string, s seenSide) {
	tb.Helper()
	line, rest, _ := strings.Cut(raw, "\r\n")
	r := bufio.NewReader(strings.NewReader(rest))
	header, err := textproto.NewReader(r).ReadMIMEHeader()
	if err != nil {
		tb.Fatalf("%q: %v", raw, err)
	}
	s.header = header
	body, _ := io.ReadAll(r)
	if header.Get("Transfer-Encoding") == "" {
		s.body = string(body)
		return line, s
	}
	data, trailer := decodeChunks(body)
	s.body, s.trailer = data, trailer
	return line, s
}

func decodeChunks(raw []byte) (data, trailer string) {
	var out bytes.Buffer
	for {
		line, rest, _ := bytes.Cut(raw, crlf)
		var size int
		_, _ = fmt.Sscanf(string(line), "%x", &size)
		if size == 0 {
			return out.String(), strings.TrimSuffix(string(rest), "\r\n")
		}
		out.Write(rest[:size])
		raw = rest[size+2:]
	}
}

// diff writes every difference on a line of its own.
func diff(ours, theirs observation) (out []string) {
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if ours.requests != theirs.requests {
		say("request: seen %d times against %d", ours.requests, theirs.requests)
	}
	if ours.line != theirs.line {
		say("request: line %q against %q", ours.line, theirs.line)
	}
	diffSide("request", ours.request, theirs.request, say)
	if ours.status != theirs.status {
		say("answer: status %d against %d", theirs.status, ours.status)
	}
	if ours.interim != theirs.interim {
		say("answer: %d interim answers against %d", ours.interim, theirs.interim)
	}
	if ours.status != 502 || theirs.status != 502 { // each has its own page for that
		diffSide("answer", ours.answer, theirs.answer, say)
	}
	return out
}

func diffSide(where string, ours, theirs seenSide, say func(string, ...any)) {
	if ours.body != theirs.body {
		say("%s: body of %d bytes against %d", where, len(ours.body), len(theirs.body))
	}
	if ours.trailer != theirs.trailer {
		say("%s: trailers %q against %q", where, ours.trailer, theirs.trailer)
	}
	for _, name := range names(ours.header, theirs.header) {
		a, b := ours.header[name], theirs.header[name]
		switch {
		case slices.Equal(a, b):
		case name == "Cookie":
			say("%s: cookies %q against %q", where, a, b)
		case len(b) == 0:
			say("%s: ours has %s: %q", where, name, a)
		case len(a) == 0:
			say("%s: theirs has %s: %q", where, name, b)
		default:
			say("%s: %s is %q against %q", where, name, a, b)
		}
	}
}

func names(a, b textproto.MIMEHeader) (all []string) {
	for name := range a {
		all = append(all, name)
	}
	for name := range b {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}
