package proxy

import (
	"bufio"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"
)

func TestABodyThatShouldNotBeThereIsNobodysAnswer(t *testing.T) {
	for _, c := range []struct {
		name, method, head string
	}{
		{"HEAD with a length", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\n"},
		{"HEAD in chunks", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{"HEAD with nothing", "HEAD", "HTTP/1.1 200 OK\r\n\r\n"},
		{"HEAD with a length of nothing", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
		{"204 with a length", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 43\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The body comes when the proxy has long taken the answer for complete: with the next request.
			conns := new(atomic.Int32)
			origin := serveRaw(t, func(nc net.Conn) {
				conns.Add(1)
				r := bufio.NewReader(nc)
				head, err := readRawHead(r)
				if err != nil {
					return
				}
				if string(head[:len(c.method)+3]) == c.method+" /v" {
					_, _ = io.WriteString(nc, c.head)
					if _, err := r.ReadByte(); err != nil {
						return
					}
					_, _ = io.WriteString(nc, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
				} else {
					_, _ = io.WriteString(nc, okAnswer)
				}
				_, _ = io.Copy(io.Discard, r)
			})
			_, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) { f.options = insideByHeader })
			first := dialTest(t, addr)
			if _, err := io.WriteString(first, c.method+" /v HTTP/1.1\r\nHost: h\r\nInside: 1\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			if _, err := readRawHead(bufio.NewReader(first)); err != nil {
				t.Fatal(err)
			}
			second := dialTest(t, addr)
			exchangeOn(t, second, bufio.NewReader(second), "GET", "Inside: 1\r\n\r\n", 200, "ok")
			if n := conns.Load(); n != 2 {
				t.Errorf("%d connections to the origin, want 2", n)
			}
		})
	}
}

func TestAConnectionThatWasUsedThisInstantIsLookedAtAllTheSame(t *testing.T) {
	now := time.Now()
	p := pool{max: 1, timeout: time.Minute}
	a, b := tcpPair(t)
	c := newConn(a)
	p.put(c, now)
	if _, err := b.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	awaitEvent(t, c)
	if p.take(now) != nil {
		t.Error("a connection with bytes for nobody was taken")
	}
}
