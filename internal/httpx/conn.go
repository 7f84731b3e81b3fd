package httpx

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// conn stands between a connection and fasthttp. It reads requests, checks them, and gives fasthttp one head at a
// time. It is used by one goroutine at a time, as fasthttp uses connections, except for Close and deadlines.
type conn struct {
	net.Conn
	s      *Server
	secure bool       // TLS ends here
	peer   netip.Addr // the TCP peer
	source netip.Addr // peer, or what a trusted peer's PROXY header says
	begun  bool       // the first bytes (PROXY header, TLS) were seen to

	in      *[]byte // bytes read and not yet used: (*in)[from:to]; nil between requests
	from    int
	to      int
	out     []byte // the head for fasthttp, not yet read by it
	outBuf  [96]byte
	head    head
	fault   Fault
	body    body
	waiting bool // the client waits for "100 Continue"
	inVisit bool
	tunnel  bool // hijacked: everything passes through

	bodyFrom  time.Time // when the body was first read
	bodyBytes int64
	writeBy   time.Time // write deadline in force
	release   func()    // gives the connection's place in the limits back
	closing   sync.Once
	idle      atomic.Bool // waits for the first byte of a request
}

var inBuffers = sync.Pool{New: func() any { b := make([]byte, 4096); return &b }}

// Read gives fasthttp the next head, written by us.
func (c *conn) Read(p []byte) (int, error) {
	if c.tunnel {
		return c.readTunnel(p)
	}
	if len(c.out) == 0 {
		if err := c.nextHead(); err != nil {
			c.drop()
			return 0, err
		}
	}
	n := copy(p, c.out)
	c.out = c.out[n:]
	return n, nil
}

// nextHead finishes the request before, reads the next head and prepares what fasthttp gets for it.
func (c *conn) nextHead() error {
	if c.fault != NoFault || !c.finish() {
		return io.EOF
	}
	if !c.begun {
		if err := c.begin(); err != nil {
			return err
		}
	}
	raw, fault, err := c.readHead()
	if err != nil {
		return err
	}
	if fault == NoFault {
		fault = c.head.parse(raw, &c.s.limits)
	}
	c.fault = fault
	c.inVisit = true
	c.out = c.outBuf[:0]
	if fault != NoFault {
		c.out = append(c.out, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"...)
		return nil
	}
	c.waiting = c.head.expect
	c.bodyFrom, c.bodyBytes = time.Time{}, 0
	c.body.reset(c, c.head.length, c.s.limits.bodyBytes)
	c.writeHead()
	return nil
}

// writeHead writes what fasthttp needs to know: whether to send a body, and whether to keep the connection.
func (c *conn) writeHead() {
	method := "GET"
	if string(c.head.method) == "HEAD" {
		method = "HEAD"
	}
	c.out = append(append(c.out, method...), " / HTTP/1."...)
	c.out = append(append(c.out, '0'+c.head.minor), "\r\nHost: x\r\n"...)
	switch {
	case !c.head.keepAlive:
		c.out = append(c.out, "Connection: close\r\n"...)
	case c.head.minor == 0:
		c.out = append(c.out, "Connection: keep-alive\r\n"...)
	}
	c.out = append(c.out, "\r\n"...)
}

// readHead reads up to the empty line that ends a head.
func (c *conn) readHead() (raw []byte, fault Fault, err error) {
	if c.from == c.to {
		c.drop()
		if err := c.wait(); err != nil {
			return nil, NoFault, err
		}
	}
	_ = c.Conn.SetReadDeadline(time.Now().Add(c.s.cfg.HeadTimeout))
	for scanned := 0; ; {
		buf := (*c.in)[c.from:c.to]
		if scanned == 0 && len(buf) >= 2 && buf[0] == '\r' && buf[1] == '\n' {
			c.from += 2 // one empty line before a request is ignored (RFC 9112 §2.2)
			continue
		}
		end, bad := headEnd(buf, scanned)
		switch {
		case bad:
			return nil, FaultLineEnd, nil
		case end > c.s.limits.headBytes || end == 0 && len(buf) >= c.s.limits.headBytes:
			return nil, c.tooLarge(buf), nil
		case end > 0:
			c.from += end
			return buf[:end], NoFault, nil
		}
		scanned = max(0, len(buf)-3)
		if err := c.fill(); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return nil, FaultTimeout, nil
			}
			return nil, NoFault, err
		}
	}
}

func (c *conn) tooLarge(buf []byte) Fault {
	if bytes.IndexByte(buf, '\n') < 0 {
		return FaultURILength
	}
	return FaultHeaderSize
}

// headEnd finds the length of the head in buf, 0 if it is not complete, looking at bytes from scanned on. A line that
// ends with a bare LF is bad at once: it must not be waited behind.
func headEnd(buf []byte, scanned int) (end int, bad bool) {
	for i := scanned; ; {
		j := bytes.IndexByte(buf[i:], '\n')
		if j < 0 {
			return 0, false
		}
		i += j
		if i == 0 || buf[i-1] != '\r' {
			return 0, true
		}
		if i >= 3 && buf[i-2] == '\n' {
			return i + 1, false
		}
		i++
	}
}

// wait blocks until the first byte of a request is there, for at most the idle time.
func (c *conn) wait() error {
	_ = c.Conn.SetReadDeadline(time.Now().Add(c.s.cfg.IdleTimeout))
	c.idle.Store(true)
	defer c.idle.Store(false)
	if c.s.stopping.Load() {
		return io.EOF
	}
	return c.fill()
}

// fill reads more bytes behind those that are there.
func (c *conn) fill() error {
	if c.in == nil {
		c.in = inBuffers.Get().(*[]byte)
		c.from, c.to = 0, 0
	}
	if c.to == len(*c.in) {
		if c.from > 0 {
			c.to = copy(*c.in, (*c.in)[c.from:c.to])
			c.from = 0
		} else {
			bigger := make([]byte, 2*len(*c.in))
			copy(bigger, *c.in)
			c.in = &bigger
		}
	}
	n, err := c.Conn.Read((*c.in)[c.to:])
	c.to += n
	if n > 0 {
		return nil
	}
	return err
}

// drop gives the buffer back when nothing is in it: an idle connection holds none.
func (c *conn) drop() {
	if c.in == nil || c.from < c.to {
		return
	}
	if len(*c.in) == 4096 {
		inBuffers.Put(c.in)
	}
	c.in, c.from, c.to = nil, 0, 0
}

// Bounds of what is skipped of a body that nobody wanted, so that the connection can be kept.
const (
	skipBytes = 64 << 10
	skipTime  = time.Second
)

// finish is the end of every request: it skips what is left of the body, within bounds, and reports whether another
// request may follow on this connection.
func (c *conn) finish() bool {
	if !c.inVisit || c.body.done && c.head.keepAlive {
		c.inVisit = false
		return true
	}
	if !c.head.keepAlive {
		return false
	}
	if c.waiting || c.body.err != nil {
		return false // the client may or may not send the body now: the two readings must not meet
	}
	_ = c.Conn.SetReadDeadline(time.Now().Add(skipTime))
	var waste [2048]byte
	for total := 0; total <= skipBytes; {
		n, err := c.body.Read(waste[:])
		total += n
		if err == io.EOF {
			c.inVisit = false
			return true
		}
		if err != nil {
			return false
		}
	}
	return false
}

// willClose reports, before the answer is sent, whether the connection has to be closed after it because the body is
// too large to be skipped.
func (c *conn) willClose() bool {
	if c.body.done {
		return false
	}
	return c.waiting || c.body.err != nil || c.body.chunked || c.body.left > skipBytes
}

// continueBody answers an expectation: the handler has asked for the body.
func (c *conn) continueBody() error {
	if !c.waiting {
		return nil
	}
	c.waiting = false
	_, err := c.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
	return err
}

// readBody reads body bytes, first from what is buffered.
func (c *conn) readBody(p []byte) (int, error) {
	if c.from < c.to {
		n := copy(p, (*c.in)[c.from:c.to])
		c.from += n
		return n, nil
	}
	if c.bodyFrom.IsZero() {
		c.bodyFrom = time.Now()
	}
	n, err := c.Conn.Read(p)
	c.bodyBytes += int64(n)
	if took := time.Since(c.bodyFrom); err == nil && took > bodyPatience &&
		float64(c.bodyBytes) < took.Seconds()*float64(c.s.cfg.BodyMinRate) {
		return n, os.ErrDeadlineExceeded
	}
	return n, err
}

// bodyPatience is how long a body may be slower than the floor before that counts.
const bodyPatience = 10 * time.Second

// readLine reads one line of chunked framing of at most limit bytes. The result is valid until the next read.
func (c *conn) readLine(limit int) ([]byte, error) {
	for {
		if c.in != nil {
			buf := (*c.in)[c.from:c.to]
			if i := bytes.IndexByte(buf, '\n'); i >= 0 {
				if i < 1 || buf[i-1] != '\r' || i-1 > limit || bytes.IndexByte(buf[:i-1], '\r') >= 0 {
					return nil, errFraming
				}
				c.from += i + 1
				return buf[:i-1], nil
			}
			if len(buf) > limit+1 {
				return nil, errFraming
			}
		}
		if err := c.fillLine(); err != nil {
			return nil, err
		}
	}
}

// fillLine reads more without moving the request's head, which handlers still read.
func (c *conn) fillLine() error {
	if c.in != nil && c.to == len(*c.in) {
		// The head's slices keep the old array alive; it is not given back to the pool.
		next := make([]byte, max(4096+1, 2*(c.to-c.from)))
		c.to = copy(next, (*c.in)[c.from:c.to])
		c.from, c.in = 0, &next
	}
	return c.fill()
}

// readTunnel passes bytes through after a hijack.
func (c *conn) readTunnel(p []byte) (int, error) {
	if c.from < c.to {
		n := copy(p, (*c.in)[c.from:c.to])
		c.from += n
		return n, nil
	}
	return c.Conn.Read(p)
}

// writePiece is how much may be written under one stall deadline.
const writePiece = 64 << 10

// Write writes in pieces, each of which has to make progress within the stall time.
func (c *conn) Write(p []byte) (int, error) {
	total := 0
	for {
		if !c.tunnel {
			c.armWrite()
		}
		piece := p[total:min(len(p), total+writePiece)]
		n, err := c.Conn.Write(piece)
		total += n
		if err != nil || total == len(p) {
			return total, err
		}
	}
}

// armWrite moves the write deadline, but not more often than it matters.
func (c *conn) armWrite() {
	now := time.Now()
	if stall := c.s.cfg.WriteStall; c.writeBy.Sub(now) < stall*3/4 {
		c.writeBy = now.Add(stall)
		_ = c.Conn.SetWriteDeadline(c.writeBy)
	}
}

// SetReadDeadline is obeyed while a body is read or after a hijack; heads have deadlines of their own.
func (c *conn) SetReadDeadline(t time.Time) error {
	if c.inVisit || c.tunnel {
		return c.Conn.SetReadDeadline(t)
	}
	return nil
}

// SetDeadline is called when a connection is hijacked.
func (c *conn) SetDeadline(t time.Time) error { return c.Conn.SetDeadline(t) }

// SetWriteDeadline overrides the stall deadline.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.writeBy = t
	return c.Conn.SetWriteDeadline(t)
}

// Bounds of reading on after the last answer.
const (
	lingerBytes = 1 << 20
	lingerTime  = time.Second
)

// linger reads on for a moment if the client may still be sending: closing with unread bytes makes the kernel reset
// the connection, and the client could lose the answer that explains it (RFC 9112 §9.6).
func (c *conn) linger() {
	if c.tunnel || !c.inVisit || c.fault == NoFault && c.body.done {
		return
	}
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	_ = c.Conn.SetReadDeadline(time.Now().Add(lingerTime))
	_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes)
}

// NetConn is the connection below, for those who ask the socket itself.
func (c *conn) NetConn() net.Conn { return c.Conn }

// Close closes the connection once and gives its place back.
func (c *conn) Close() error {
	err := net.ErrClosed
	c.closing.Do(func() {
		c.linger()
		err = c.Conn.Close()
		if c.release != nil {
			c.release()
		}
	})
	return err
}
