package proxy

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
)

// What is open for long holds none of the places that the site's limit has, and does not count as slow.
func TestWebSocketsAndStreamsHoldNoPlaceOfTheLimit(t *testing.T) {
	origin := serveRaw(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			head, err := readRawHead(r)
			switch {
			case err != nil:
				return
			case strings.HasPrefix(string(head), "GET /events"):
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
			case strings.Contains(string(head), "websocket"):
				_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
					"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
			default:
				_, _ = io.WriteString(c, okAnswer)
				continue
			}
			_, _ = io.Copy(io.Discard, r)
			return
		}
	})
	b, addr := startProxy(t, with(siteAt("http://"+origin), func(b *config.Backend) { b.Queue.Wait = time.Second }), func(f *forwarder) {
		f.options = insideByHeader
	})
	b.SetHealth(HealthLimit)
	b.site.gate.most = func() int { return 1 }
	for range 4 {
		ws := dialTest(t, addr)
		send(t, ws, strings.Replace(handshakeRequest, "\r\n\r\n", "\r\nInside: 1\r\n\r\n", 1))
		want(t, ws, "HTTP/1.1 101 ")
		events := dialTest(t, addr)
		send(t, events, "GET /events HTTP/1.1\r\nHost: h\r\nInside: 1\r\n\r\n")
		want(t, events, "HTTP/1.1 200 ")
	}
	c := dialTest(t, addr)
	exchangeOn(t, c, bufio.NewReader(c), "GET", "Inside: 1\r\n\r\n", 200, "ok")
	g := b.site.gate
	g.mu.Lock()
	if g.working.n != 0 || g.bounded != 0 || g.ready != 0 {
		t.Errorf("%d at work, %d bounded, %d ready", g.working.n, g.bounded, g.ready)
	}
	g.mu.Unlock()
	if s := seen(b); s.Requests != 1 || s.Slow != 0 {
		t.Errorf("%+v", s)
	}
}

// A room whose backend is replaced while its queue is full loses nobody: those who wait at the old one go in by turns with those who come
// to the new one, at one gate.
func TestABackendThatIsReplacedWithAFullQueueLosesNobody(t *testing.T) {
	origin, asked, proceed := serveWhenTold(t)
	cfg := with(siteAt("http://"+origin), func(b *config.Backend) { b.Queue.Wait = time.Minute })
	inside := func(f *forwarder) { f.options = insideByHeader }
	old, oldAddr := startProxy(t, cfg, inside)
	fresh, err := New(cfg, Deps{Site: old.site})
	if err != nil {
		t.Fatal(err)
	}
	f := &forwarder{backend: fresh}
	inside(f)
	freshAddr := serveVisits(t, f.handle)
	old.site.gate.most = func() int { return 1 }
	queued := make(chan struct{}, 20)
	for _, b := range []*Backend{old, fresh} {
		b.SetHealth(HealthLimit)
		b.limiter.queued = func() { queued <- struct{}{} }
	}
	var conns []net.Conn
	ask := func(addr, request string) {
		t.Helper()
		c := dialTest(t, addr)
		send(t, c, request+" HTTP/1.1\r\nHost: h\r\nInside: 1\r\nContent-Length: 0\r\n\r\n")
		conns = append(conns, c)
	}
	ask(oldAddr, "GET /first")
	if got := <-asked; got != "GET /first" {
		t.Fatal(got)
	}
	for _, request := range []string{"GET /old1", "GET /old2", "POST /old3"} {
		ask(oldAddr, request)
		<-queued
	}
	drained := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		drained <- old.Drain(ctx)
	}()
	for _, request := range []string{"GET /new1", "POST /new2"} {
		ask(freshAddr, request)
		<-queued
	}
	for _, next := range []string{"POST /old3", "POST /new2", "GET /old1", "GET /old2", "GET /new1"} {
		proceed <- struct{}{}
		if got := <-asked; got != next {
			t.Errorf("%s came, want %s", got, next)
		}
	}
	proceed <- struct{}{}
	if err := <-drained; err != nil {
		t.Error(err)
	}
	for _, c := range conns {
		want(t, c, "HTTP/1.1 200 ")
	}
	ctx, cancel := testTimeout()
	defer cancel()
	if err := fresh.Stop(ctx); err != nil {
		t.Error(err)
	}
	if n := len(old.site.gate.rooms); n != 1 {
		t.Errorf("%d rooms at the gate", n)
	}
}
