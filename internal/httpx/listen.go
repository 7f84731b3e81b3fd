package httpx

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"runtime/debug"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/socket"
)

// Serve takes connections until Shutdown, then returns nil; it closes ln. secure says that the listener's connections
// are TLS, which they should be as *tls.Conn (tls.NewListener): their handshake is then timed, and a PROXY header is
// looked for before it. Serve may be called for several listeners.
func (s *Server) Serve(ln net.Listener, secure bool) error {
	if !s.track(ln) {
		return ln.Close()
	}
	defer s.untrack(ln)
	for pause := time.Duration(0); ; {
		nc, err := ln.Accept()
		switch {
		case err == nil:
			pause = 0
			s.welcome(nc, secure)
		case !s.listens(ln) || s.stopping.Load() && !temporary(err):
			return nil
		case !temporary(err):
			return err
		default:
			// Out of file descriptors, or the like: connections that end will make room, also for those that wait when the server stops.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.cfg.Log.Warn("connection not accepted, trying again", zap.Error(err), zap.Duration("pause", pause))
			s.rest(pause)
		}
	}
}

// rest waits, less long if the server stops.
func (s *Server) rest(pause time.Duration) {
	stopped := s.stopped
	if s.stopping.Load() {
		stopped, pause = nil, min(pause, stopTick)
	}
	select {
	case <-time.After(pause):
	case <-stopped:
	}
}

// stopTick is how often a server that stops tries again to accept who waits.
const stopTick = 20 * time.Millisecond

// temporary is what net/http asks, too: there is no other way to tell a full table from a closed listener.
func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// welcome gives a connection its goroutine if there is a place for it, or to tell it that there is none.
func (s *Server) welcome(nc net.Conn, secure bool) {
	c := &conn{Conn: socket.Direct(nc), s: s, secure: secure}
	if tcp, ok := nc.RemoteAddr().(*net.TCPAddr); ok {
		ip, _ := netip.AddrFromSlice(tcp.IP)
		c.peer = ip.Unmap()
	}
	c.trust = s.trusts(c.peer)
	taken := s.places.take(c)
	switch {
	case c.refusal == NoFault:
	case taken:
		s.cfg.OnRefused(RefusedFull)
		c.cutShort()
	default:
		s.cfg.OnRefused(RefusedUnanswered)
	}
	if !taken {
		_ = nc.Close()
		return
	}
	go s.begin(c)
}

// begin sees to what comes before the first request: PROXY header, the network's limit, TLS handshake.
func (s *Server) begin(c *conn) {
	if err := s.prepare(c); err != nil {
		_ = c.Close()
		s.places.left()
		return
	}
	s.park(c)
}

func (s *Server) prepare(c *conn) error {
	raw := c.Conn
	secured, isTLS := raw.(*tls.Conn)
	if isTLS {
		raw = secured.NetConn()
	}
	ask, counted := c.trust && s.cfg.ProxyProtocol, true
	if ask || isTLS {
		c.waitFrom(s.cfg.Limits.HeadTimeout)
	}
	if ask {
		h, err := readProxyHeader(raw)
		if err != nil {
			return err
		}
		c.told, c.secure = true, c.secure || h.secure
		switch {
		case h.source.IsValid():
			// From here on the proxy is only a wire: what the request says was written by the client behind it.
			c.peer, c.trust = h.source, s.trusts(h.source)
		case h.relayed:
			// Likewise, but the client is unknown: not believed, and counted for no network.
			c.trust, counted = false, false
		}
	}
	c.near = counted && !c.trust && isNear(c.peer)
	if counted && !c.trust && c.refusal == NoFault {
		if !s.places.count(c, c.peer) {
			s.cfg.OnRefused(RefusedUnanswered)
			return errTooMany
		}
		if c.refusal != NoFault {
			s.cfg.OnRefused(RefusedNetwork)
			c.cutShort()
		}
	}
	if !isTLS {
		return nil
	}
	c.armWrite()
	return secured.HandshakeContext(context.Background())
}

var errTooMany = errors.New("httpx: too many connections from one network")

// park waits for the next request on a goroutine of its own, whose stack has never been deep. It takes over the
// caller's share in places.
func (s *Server) park(c *conn) { go s.run(c) }

// run waits for a request and lets fasthttp serve it and those that follow soon.
func (s *Server) run(c *conn) {
	s.idle.Add(1)
	err := c.awaitLong()
	s.idle.Add(-1)
	if err == nil {
		c.parked = false
		s.serveConn(c)
		if c.parked {
			s.park(c)
			return
		}
	} else {
		c.parked = false
		_ = c.Close()
	}
	s.places.left()
}

// serveConn lets fasthttp serve requests until the connection ends, is hijacked or has nothing to do. A panic here is
// one outside of handlers, in the writing of an answer for example; it costs the connection and not the process.
func (s *Server) serveConn(c *conn) {
	defer func() {
		if p := recover(); p != nil {
			s.panicked("panic while a connection was served", p)
			c.parked = false
			_ = c.Close()
		}
	}()
	_ = s.fast.ServeConn(c)
	if !c.parked && !c.tunnel.Load() {
		c.rest()
	}
}

func (s *Server) panicked(message string, p any) {
	s.cfg.OnFault(FaultInternal)
	s.cfg.OnPanic()
	s.cfg.Log.Error(message, zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
}
