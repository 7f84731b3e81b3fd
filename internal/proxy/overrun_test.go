package proxy

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestAnAddressThatSendsMoreThanItAnnouncedIsTrustedWithNothing(t *testing.T) {
	const surplus = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
	for name, spoil := range map[string]func(t *testing.T, p *pool, c *conn, peer net.Conn, now time.Time){
		"within the answer": func(t *testing.T, p *pool, c *conn, peer net.Conn, now time.Time) {
			_, _ = io.WriteString(peer, surplus)
			if err := c.fill(&watch{until: time.Now().Add(time.Minute)}, connBuffer); err != nil {
				t.Fatal(err)
			}
			p.put(c, now)
		},
		"seen when it is taken": func(t *testing.T, p *pool, c *conn, peer net.Conn, now time.Time) {
			p.put(c, now)
			_, _ = io.WriteString(peer, surplus)
			awaitEvent(t, c)
			if p.take(now) != nil { // in the very instant
				t.Error("it was taken")
			}
		},
		"seen by the sweep": func(t *testing.T, p *pool, c *conn, peer net.Conn, now time.Time) {
			p.put(c, now)
			_, _ = io.WriteString(peer, surplus)
			awaitEvent(t, c)
			p.sweep(now)
		},
	} {
		t.Run(name, func(t *testing.T) {
			told := 0
			p := pool{max: 9, timeout: time.Minute, overrun: func() { told++ }}
			now := time.Now()
			clean, _ := tcpPair(t)
			p.put(newConn(clean), now)
			a, b := tcpPair(t)
			spoil(t, &p, newConn(a), b, now)
			clean, _ = tcpPair(t)
			p.put(newConn(clean), now)
			p.distrust()
			if p.trusted() || told != 1 || p.size() != 0 || p.take(now) != nil {
				t.Errorf("trusted %v, told %d times, %d kept", p.trusted(), told, p.size())
			}
		})
	}
}

func TestTheEndOfAConnectionIsNoSurplus(t *testing.T) {
	for name, end := range map[string]func(peer net.Conn) error{
		"closed":         func(peer net.Conn) error { return peer.Close() },
		"closed one way": func(peer net.Conn) error { return peer.(*net.TCPConn).CloseWrite() },
		"timed out": func(peer net.Conn) error {
			_, err := io.WriteString(peer, "HTTP/1.1 408 Request Timeout\r\n\r\n")
			return err
		},
		"timed out, 1.0": func(peer net.Conn) error {
			_, err := io.WriteString(peer, "HTTP/1.0 408 Request Time-out\r\n\r\n")
			return err
		},
		"broken off hard": func(peer net.Conn) error { _ = peer.(*net.TCPConn).SetLinger(0); return peer.Close() },
	} {
		for _, look := range []func(p *pool, now time.Time){
			func(p *pool, now time.Time) { p.sweep(now) },
			func(p *pool, now time.Time) {
				if p.take(now) != nil {
					t.Errorf("%s: it was taken", name)
				}
			},
		} {
			p := pool{max: 9, timeout: time.Minute}
			now := time.Now()
			a, b := tcpPair(t)
			c := newConn(a)
			p.put(c, now)
			if err := end(b); err != nil {
				t.Fatal(err)
			}
			awaitEvent(t, c)
			look(&p, now)
			if !p.trusted() || p.size() != 0 {
				t.Errorf("%s: trusted %v, %d kept", name, p.trusted(), p.size())
			}
		}
	}
}

// gathering is a connection whose writes leave together.
type gathering struct {
	net.Conn
	hold bool
	held []byte
}

func (g *gathering) Write(p []byte) (int, error) {
	if g.hold {
		g.held = append(g.held, p...)
		return len(p), nil
	}
	return g.Conn.Write(p)
}

// What TLS has read ahead is out of the kernel's sight: a record of surplus that came in one piece with the answer's.
func TestWhatTLSHasReadAheadIsNotLeftForTheNext(t *testing.T) {
	ca := newAuthority(t)
	ca.sign(t, "site", []string{"localhost"})
	pair, err := tls.LoadX509KeyPair(ca.file("site.pem"), ca.file("site.key"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	for name, c := range map[string]struct {
		more    string
		closes  bool
		kept    bool
		trusted bool
	}{
		"nothing more":   {kept: true, trusted: true},
		"surplus":        {more: "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"},
		"a close notify": {closes: true, trusted: true},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := tcpPair(t)
			wire := &gathering{Conn: b}
			served := make(chan error, 1)
			go func() {
				s := tls.Server(wire, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
				err := s.Handshake()
				wire.hold = true
				_, _ = io.WriteString(s, okAnswer)
				if c.more != "" {
					_, _ = io.WriteString(s, c.more)
				}
				if c.closes {
					_ = s.CloseWrite()
				}
				_ = b.SetWriteDeadline(time.Time{}) // CloseWrite leaves one
				_, _ = b.Write(wire.held)
				served <- err
			}()
			conn := newConn(tls.Client(a, &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}))
			w := watch{until: time.Now().Add(time.Minute)}
			if err := conn.fill(&w, connBuffer); err != nil || string(conn.buffered()) != okAnswer {
				t.Fatalf("%q, %v", conn.buffered(), err)
			}
			if err := <-served; err != nil {
				t.Fatal(err)
			}
			conn.r = conn.w
			p := pool{max: 1, timeout: time.Minute}
			now := time.Now()
			p.put(conn, now)
			if kept := p.take(now) != nil; kept != c.kept || p.trusted() != c.trusted {
				t.Errorf("kept %v, trusted %v", kept, p.trusted())
			}
		})
	}
}

func TestAnOriginThatSentTooMuchIsUsedOnceAConnectionFromThenOn(t *testing.T) {
	var conns atomic.Int32
	origin := serveRaw(t, func(c net.Conn) {
		n := conns.Add(1)
		for r := bufio.NewReader(c); ; {
			if _, err := readRawHead(r); err != nil {
				return
			}
			answer := okAnswer
			if n == 1 {
				answer += "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
			}
			_, _ = io.WriteString(c, answer)
		}
	})
	core, logs := observer.New(zap.WarnLevel)
	b, addr := startProxy(t, siteAt("http://"+origin))
	b.log = zap.New(core)
	for range 5 {
		c := dialTest(t, addr)
		exchangeOn(t, c, bufio.NewReader(c), "GET", "\r\n", 200, "ok")
	}
	if n := conns.Load(); n != 5 {
		t.Errorf("%d connections for 5 requests", n)
	}
	if a := b.Status().Addresses[0]; a.Reused || !a.Up || a.Detail() != "sends more than it announces; its connections are used once" {
		t.Errorf("%+v: %s", a, a.Detail())
	}
	if n := logs.Len(); n != 1 {
		t.Errorf("it was logged %d times", n)
	}
}
