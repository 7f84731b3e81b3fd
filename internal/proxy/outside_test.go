package proxy

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
)

func TestSlowReadersFromOutsideDoNotTakeEveryPlace(t *testing.T) {
	asked := make(chan struct{}, 10)
	origin := serveRaw(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			head, err := readRawHead(r)
			if err != nil {
				return
			}
			asked <- struct{}{}
			if strings.HasPrefix(string(head), "GET /slow") {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n")
				_, _ = io.Copy(io.Discard, r) // until the proxy gives up
				return
			}
			_, _ = io.WriteString(c, okAnswer)
		}
	})
	b, addr := startProxy(t, with(siteAt("http://"+origin), func(b *config.Backend) {
		b.MaxInFlight = 4
		b.Queue.Length = 3
		b.Queue.Wait = time.Minute
	}), func(f *forwarder) {
		f.options = insideByHeader
	})
	queued := make(chan struct{}, 4)
	b.limiter.queued = func() { queued <- struct{}{} }
	for i := range 6 {
		send(t, dialTest(t, addr), "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
		if i < 3 {
			<-asked
		} else {
			<-queued
		}
	}
	outside := dialTest(t, addr)
	send(t, outside, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	want(t, outside, "HTTP/1.1 503 ")
	inside := dialTest(t, addr)
	exchangeOn(t, inside, bufio.NewReader(inside), "GET", "Inside: 1\r\n\r\n", 200, "ok")
	if s := b.Status(); s.InFlight != 3 || s.Queued != 3 {
		t.Errorf("%d in flight, %d queued", s.InFlight, s.Queued)
	}
}
