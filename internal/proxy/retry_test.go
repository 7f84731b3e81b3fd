package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

func dyingBackend(tb testing.TB, part string) (addr string, requests, conns *atomic.Int32) {
	requests, conns = new(atomic.Int32), new(atomic.Int32)
	addr = serveRaw(tb, func(c net.Conn) {
		conns.Add(1)
		r := bufio.NewReader(c)
		for i := 0; ; i++ {
			head, err := readRawHead(r)
			if err != nil {
				return
			}
			requests.Add(1)
			if i == 1 {
				_, _ = io.WriteString(c, part)
				return
			}
			if _, err := readRawBody(r, head); err != nil {
				return
			}
			_, _ = io.WriteString(c, okAnswer)
		}
	})
	return addr, requests, conns
}

func TestOnlyAnIdempotentRequestWithoutABodyIsSentTwice(t *testing.T) {
	for _, c := range []struct {
		name, method, rest string
		part               string // of an answer before the connection ends
		status             int
		seen               int32 // requests after the first
	}{
		{"GET", "GET", "\r\n", "", 200, 2},
		{"HEAD", "HEAD", "\r\n", "", 200, 2},
		{"OPTIONS", "OPTIONS", "\r\n", "", 200, 2},
		{"DELETE", "DELETE", "\r\n", "", 200, 2},
		{"PUT without a body", "PUT", "Content-Length: 0\r\n\r\n", "", 200, 2},
		{"PUT with a body", "PUT", "Content-Length: 1\r\n\r\nx", "", 502, 1},
		{"DELETE with a body in chunks", "DELETE", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", "", 502, 1},
		{"POST", "POST", "\r\n", "", 502, 1},
		{"PATCH", "PATCH", "\r\n", "", 502, 1},
		{"GET that was answered by a byte", "GET", "\r\n", "H", 502, 1},
		{"GET that was answered by 100", "GET", "\r\n", "HTTP/1.1 100 Continue\r\n\r\n", 502, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			origin, requests, conns := dyingBackend(t, c.part)
			_, addr := startProxy(t, siteAt("http://"+origin))
			conn := dialTest(t, addr)
			r := bufio.NewReader(conn)
			exchangeOn(t, conn, r, "GET", "\r\n", 200, "ok")
			body := "ok"
			if c.method == "HEAD" {
				body = ""
			}
			send(t, conn, c.method+" / HTTP/1.1\r\nHost: h\r\n"+c.rest)
			if c.status == 200 {
				wantAnswer(t, r, c.method, 200, body)
			} else {
				want(t, r, fmt.Sprintf("HTTP/1.1 %d ", c.status))
			}
			if got := requests.Load() - 1; got != c.seen {
				t.Errorf("the origin saw the request %d times, want %d", got, c.seen)
			}
			if got := conns.Load(); got != c.seen {
				t.Errorf("%d connections were made, want %d", got, c.seen)
			}
		})
	}
}

func TestARetryIsTheOnlyOne(t *testing.T) {
	var requests atomic.Int32
	origin := serveRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		if _, err := readRawHead(r); err != nil {
			return
		}
		if requests.Add(1) == 1 {
			_, _ = io.WriteString(c, okAnswer)
			_, _ = readRawHead(r)
			requests.Add(1)
		}
	})
	_, addr := startProxy(t, siteAt("http://"+origin))
	c := dialTest(t, addr)
	r := bufio.NewReader(c)
	exchangeOn(t, c, r, "GET", "\r\n", 200, "ok")
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	want(t, r, "HTTP/1.1 502 ")
	if got := requests.Load(); got != 3 {
		t.Errorf("the origin saw %d requests, want the first, the second and its retry", got)
	}
}

func TestARequestOnAFreshConnectionIsNotRetried(t *testing.T) {
	var requests atomic.Int32
	origin := serveRaw(t, func(c net.Conn) {
		if _, err := readRawHead(bufio.NewReader(c)); err == nil {
			requests.Add(1)
		}
	})
	_, addr := startProxy(t, siteAt("http://"+origin))
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	want(t, c, "HTTP/1.1 502 ")
	if got := requests.Load(); got != 1 {
		t.Errorf("the origin saw %d requests", got)
	}
}

func TestAConnectionIsReusedOnlyAfterACompleteExchange(t *testing.T) {
	large := strings.Repeat("x", 100_000)
	for _, c := range []struct {
		name, answer string
		conns        int
	}{
		{"a length", okAnswer, 1},
		{"a long body", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + large, 1},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 1},
		{"a large head", "HTTP/1.1 200 OK\r\nX: " + large[:20_000] + "\r\nContent-Length: 2\r\n\r\nok", 1},
		{"no body", "HTTP/1.1 204 No Content\r\n\r\n", 1},
		{"HTTP/1.0 that keeps", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 1},
		{"Connection: close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", 2},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 2},
		{"bytes after the body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison", 2},
		{"a body where none may be", "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok", 2},
		{"bytes after the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\npoison", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			origin := newScriptedBackend(t, answering(c.answer), answering(okAnswer))
			_, addr := startProxy(t, siteAt("http://"+origin.addr))
			conn := dialTest(t, addr)
			r := bufio.NewReader(conn)
			send(t, conn, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
			h := new(head)
			if err := h.parse([]byte(c.answer[:headEnd([]byte(c.answer), 0)])); err != nil {
				t.Fatal(err)
			}
			body := "ok"
			if h.status != 200 {
				body = ""
			} else if h.length > 2 {
				body = large
			}
			wantAnswer(t, r, "GET", h.status, body)
			exchangeOn(t, conn, r, "GET", "\r\n", 200, "ok")
			if origin.conns != c.conns {
				t.Errorf("%d connections, want %d", origin.conns, c.conns)
			}
		})
	}
}

func TestAnIdleConnectionThatSpeaksUnaskedIsNotUsed(t *testing.T) {
	more := make(chan struct{})
	sent := make(chan struct{})
	var conns atomic.Int32
	origin := serveRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for first := conns.Add(1) == 1; ; {
			if _, err := readRawHead(r); err != nil {
				return
			}
			_, _ = io.WriteString(c, okAnswer)
			if first {
				<-more
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
				close(sent)
			}
		}
	})
	b, addr := startProxy(t, siteAt("http://"+origin))
	c := dialTest(t, addr)
	r := bufio.NewReader(c)
	exchangeOn(t, c, r, "GET", "\r\n", 200, "ok")
	close(more)
	<-sent
	idle := b.fleet.origins[0].pool.idle[0]
	awaitEvent(t, idle)
	exchangeOn(t, c, r, "GET", "\r\n", 200, "ok")
	if conns.Load() != 2 {
		t.Errorf("%d connections were made", conns.Load())
	}
}
