package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
)

// Bodies that hold a request. The first is unfinished: what comes next on the connection becomes a part of it. The
// second is answered when the next request is there, however long that takes.
const (
	swallow = "GET /evil HTTP/1.1\r\nHost: h\r\nX-Swallow: "
	late    = "GET /late-evil HTTP/1.1\r\nHost: h\r\n\r\n"
)

func withLength(line, fields, body string) string {
	return fmt.Sprintf("%s\r\nHost: h\r\n%sContent-Length: %d\r\n\r\n%s", line, fields, len(body), body)
}

func withChunks(line, fields, body string) string {
	return fmt.Sprintf("%s\r\nHost: h\r\n%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", line, fields, len(body), body)
}

// attacks are requests to an origin that is deaf to bodies; fields go into the head.
var attacks = []struct {
	name    string
	request func(fields string) string
	cut     int // bytes that are not sent before the attacker hangs up
}{
	{"POST", func(f string) string { return withLength("POST /a HTTP/1.1", f, swallow) }, 0},
	{"POST, late", func(f string) string { return withLength("POST /a HTTP/1.1", f, late) }, 0},
	{"PUT", func(f string) string { return withLength("PUT /a HTTP/1.1", f, swallow) }, 0},
	{"DELETE", func(f string) string { return withLength("DELETE /a HTTP/1.1", f, swallow) }, 0},
	{"chunks", func(f string) string { return withChunks("POST /a HTTP/1.1", f, late) }, 0},
	{"expected", func(f string) string { return withLength("POST /a HTTP/1.1", f+"Expect: 100-continue\r\n", swallow) }, 0},
	{"expected chunks", func(f string) string { return withChunks("POST /a HTTP/1.1", f+"Expect: 100-continue\r\n", late) }, 0},
	{"HTTP/1.0", func(f string) string { return withLength("POST /a HTTP/1.0", f+"Connection: keep-alive\r\n", swallow) }, 0},
	{"pipelined", func(f string) string {
		return withLength("POST /a HTTP/1.1", f, swallow) + "GET /b HTTP/1.1\r\nHost: h\r\n" + f + "\r\n"
	}, 0},
	{"refused by the site", func(f string) string { return withLength("POST /a-refuse HTTP/1.1", f, swallow) }, 0},
	{"large", func(f string) string {
		return withLength("POST /a HTTP/1.1", f, swallow+strings.Repeat("x", 2*smallUpload))
	}, 0},
	{"large chunks", func(f string) string {
		return withChunks("POST /a HTTP/1.1", f, late+strings.Repeat("x", 2*smallUpload))
	}, 0},
	{"GET", func(f string) string { return withLength("GET /a HTTP/1.1", f, swallow) }, 0},
	{"GET, late", func(f string) string { return withLength("GET /a HTTP/1.1", f, late) }, 0},
	{"GET in chunks", func(f string) string { return withChunks("GET /a HTTP/1.1", f, late) }, 0},
	{"HEAD", func(f string) string { return withLength("HEAD /a HTTP/1.1", f, swallow) }, 0},
	{"no connection is kept by the site", func(f string) string { return withLength("PUT /a-drop HTTP/1.1", f, swallow) }, 0},
	{"cut short", func(f string) string {
		return withLength("POST /a HTTP/1.1", f, late+strings.Repeat("x", 2*smallUpload))
	}, 1},
	{"cut short in chunks", func(f string) string { return withChunks("POST /a HTTP/1.1", f, late) }, 5},
	{"a handshake", func(f string) string {
		return strings.Replace(handshakeRequest, "/chat HTTP/1.1\r\n", "/a-refuse HTTP/1.1\r\n"+f, 1)
	}, 0},
}

func TestAVisitorNeverReadsAnothersAnswerBehindASiteThatIgnoresBodies(t *testing.T) {
	for _, attack := range attacks {
		for _, bodies := range []bool{false, true} {
			for _, fields := range []string{"", "Inside: 1\r\n"} {
				t.Run(fmt.Sprintf("%s, %q, get_bodies %v", attack.name, fields, bodies), func(t *testing.T) {
					origin := newDeafOrigin(t)
					_, addr := startProxy(t, with(siteAt("http://"+origin.addr), func(b *config.Backend) { b.GetBodies = bodies }), func(f *forwarder) { f.options = insideByHeader })
					var wrong []string
					for i := range 10 {
						askFor(t, dialTest(t, addr), "/warm", "") // so that there is a kept connection
						attacker := dialTest(t, addr)
						request := attack.request(fields)
						send(t, attacker, request[:len(request)-attack.cut])
						if attack.cut > 0 {
							_ = attacker.Close()
						} else if _, err := http.ReadResponse(bufio.NewReader(attacker), nil); err != nil {
							t.Fatal(err)
						}
						cookie := fmt.Sprintf("victim=%d", i)
						if got := askFor(t, dialTest(t, addr), "/mine", cookie); got != "/mine "+cookie {
							wrong = append(wrong, got)
						}
						_ = attacker.Close()
					}
					if len(wrong) > 0 {
						t.Errorf("%d of 10 victims got what was not theirs, the last %q", len(wrong), wrong[len(wrong)-1])
					}
					if bad := origin.lent(); len(bad) > 0 {
						t.Errorf("connections went on after an attack: %q", bad)
					}
				})
			}
		}
	}
}

// askFor asks from inside and returns the body.
func askFor(t *testing.T, c net.Conn, path, cookie string) string {
	t.Helper()
	defer func() { _ = c.Close() }()
	send(t, c, "GET "+path+" HTTP/1.1\r\nHost: h\r\nInside: 1\r\nCookie: "+cookie+"\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestAConnectionServesOthersOnlyAfterAHeadFromInside(t *testing.T) {
	const inside = "Inside: 1\r\n"
	for _, c := range []struct {
		name, request string
		kept, shared  bool // by default; when the operator vouches for the site
	}{
		{"GET", "GET / HTTP/1.1\r\nHost: h\r\n" + inside + "\r\n", true, true},
		{"HEAD", "HEAD / HTTP/1.1\r\nHost: h\r\n" + inside + "\r\n", false, false},
		{"POST without a body", "POST / HTTP/1.1\r\nHost: h\r\n" + inside + "Content-Length: 0\r\n\r\n", true, true},
		{"POST", withLength("POST / HTTP/1.1", inside, "x"), false, true},
		{"chunks", withChunks("POST / HTTP/1.1", inside, "x"), false, true},
		{"a large body", withLength("POST / HTTP/1.1", inside, strings.Repeat("x", 2*smallUpload)), false, true},
		{"GET with a body", withLength("GET / HTTP/1.1", inside, "x"), false, true},
		{"a declined handshake", strings.Replace(handshakeRequest, "Host: h\r\n", "Host: h\r\n"+inside, 1), false, true},
		{"a stranger's GET", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", false, true},
		{"a stranger's POST", withLength("POST / HTTP/1.1", "", "x"), false, true},
	} {
		for _, share := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, share %v", c.name, share), func(t *testing.T) {
				answer := "HTTP/1.1 200 OK\r\n\r\n"
				if !strings.HasPrefix(c.request, "HEAD") {
					answer = okAnswer
				}
				origin := newScriptedBackend(t, answering(okAnswer), answering(answer))
				b, addr := startProxy(t, with(siteAt("http://"+origin.addr), func(b *config.Backend) { b.KeepAlive.Share = share; b.GetBodies = true }), func(f *forwarder) { f.options = insideByHeader })
				conn := dialTest(t, addr)
				r := bufio.NewReader(conn)
				exchangeOn(t, conn, r, "GET", inside+"\r\n", 200, "ok")
				send(t, conn, c.request)
				method, _, _ := strings.Cut(c.request, " ")
				if _, err := http.ReadResponse(r, &http.Request{Method: method}); err != nil {
					t.Fatal(err)
				}
				want := c.kept
				if share {
					want = c.shared
				}
				if idle := b.Status().Addresses[0].Idle; (idle == 1) != want {
					t.Errorf("%d connections are kept, want %v", idle, want)
				}
				if origin.conns != 1 {
					t.Errorf("%d connections were made: a kept one may be used up", origin.conns)
				}
				told := strings.Contains(origin.requests()[1], "\r\nConnection: close\r\n")
				if handshake := strings.Contains(c.name, "handshake"); told != (!want && !handshake) {
					t.Errorf("the origin was asked to close: %v", told)
				}
			})
		}
	}
}

func TestARetryForAStrangerIsNotKeptEither(t *testing.T) {
	origin, requests, conns := dyingBackend(t, "")
	b, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) { f.options = insideByHeader })
	c := dialTest(t, addr)
	r := bufio.NewReader(c)
	exchangeOn(t, c, r, "GET", "Inside: 1\r\n\r\n", 200, "ok")
	exchangeOn(t, c, r, "GET", "\r\n", 200, "ok")
	if n := b.Status().Addresses[0].Idle; n != 0 || conns.Load() != 2 || requests.Load() != 3 {
		t.Errorf("%d kept of %d, %d requests", n, conns.Load(), requests.Load())
	}
}

func TestABodyWithoutAMeaningIsNotForwarded(t *testing.T) {
	const next = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, c := range []struct {
		name, request string
		goesOn        bool // the visitor's connection
	}{
		{"GET", withLength("GET /a HTTP/1.1", "", late), true},
		{"HEAD", withLength("HEAD /a HTTP/1.1", "", late), true},
		{"a long one", withLength("GET /a HTTP/1.1", "", late+strings.Repeat("x", 1<<20)), false},
		{"chunks", withChunks("GET /a HTTP/1.1", "", late), true},
		{"one that is waited for", withLength("GET /a HTTP/1.1", "Expect: 100-continue\r\n", late), false},
		{"HTTP/1.0", withLength("GET /a HTTP/1.0", "", late), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			origin := newDeafOrigin(t)
			_, addr := startProxy(t, siteAt("http://"+origin.addr), func(f *forwarder) { f.keepOpen = true })
			conn := dialTest(t, addr)
			r := bufio.NewReader(conn)
			send(t, conn, c.request+next)
			method, _, _ := strings.Cut(c.request, " ")
			resp, err := http.ReadResponse(r, &http.Request{Method: method})
			if err != nil || resp.StatusCode != 400 {
				t.Fatalf("%v, %v", resp, err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			if c.goesOn {
				wantAnswer(t, r, "GET", 200, "/next ")
			} else {
				wantClosed(t, r)
			}
			for _, requests := range origin.ledger {
				for _, request := range requests {
					if request != "/next" {
						t.Errorf("the origin saw %q", request)
					}
				}
			}
		})
	}
}
