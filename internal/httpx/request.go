package httpx

import (
	"bytes"
	"errors"
	"os"
	"sync"
	"time"
)

// inputSize is the buffer that a request begins with. Most heads fit; larger ones grow it.
const inputSize = 4096

// request is what a connection holds between the first byte of a request and the last one of its answer. An idle
// connection holds none: that is what makes it cheap.
type request struct {
	in       []byte // bytes read and not yet used: in[from:to]
	from, to int

	out    []byte // the head for fasthttp, not yet read by it
	outBuf [96]byte

	head    head
	body    body
	visit   Visit
	fault   Fault
	begun   bool // a head was handed on, or a fault
	waiting bool // the client waits for "100 Continue"
}

var requests = sync.Pool{New: func() any { return &request{in: make([]byte, inputSize)} }}

// release gives the memory back. What grew is not kept.
func (r *request) release() {
	r.head.forget()
	if cap(r.head.fields) > 64 {
		r.head.fields = nil
	}
	in := r.in
	if len(in) != inputSize {
		in = make([]byte, inputSize)
	}
	*r = request{in: in, head: head{fields: r.head.fields}, visit: Visit{chain: r.visit.chain[:0]}}
	requests.Put(r)
}

// next makes the request ready for the head that follows on the connection, whose first bytes may be here already.
func (r *request) next() {
	r.head.forget()
	r.out, r.fault, r.begun, r.waiting = nil, NoFault, false, false
	r.body = body{}
}

func (r *request) unused() []byte { return r.in[r.from:r.to] }

// fill reads more bytes behind those that are there. If there is no room it moves them, over bytes that were used: no
// head that is still read may lie in the buffer then.
func (c *conn) fill() error {
	r := c.req
	if r.to == len(r.in) {
		if r.from == 0 {
			r.in = append(r.in, make([]byte, len(r.in))...)
		}
		r.to, r.from = copy(r.in, r.unused()), 0
	}
	return c.readInto()
}

// fillBehindHead is fill while a handler still reads the head: where fill would move bytes over it, this one takes a
// new buffer and leaves the old one to the head.
func (c *conn) fillBehindHead() error {
	r := c.req
	if r.to == len(r.in) {
		in := make([]byte, max(inputSize, 2*(r.to-r.from)))
		r.to = copy(in, r.unused())
		r.in, r.from = in, 0
	}
	return c.readInto()
}

func (c *conn) readInto() error {
	n, err := c.Conn.Read(c.req.in[c.req.to:])
	c.req.to += n
	if n > 0 {
		return nil
	}
	return err
}

// nextHead finishes the request before, waits for the next head and prepares what fasthttp gets for it.
func (c *conn) nextHead() error {
	if err := c.reachNext(); err != nil {
		return err
	}
	r := c.req
	r.next()
	raw, fault, err := c.readHead()
	if err != nil {
		return err
	}
	switch parsed := r.head.parse(raw, &c.s.limits); {
	case fault != NoFault:
		// What was read of a head that is too long or has not come whole says who asks, and at which host.
	case parsed != NoFault:
		fault = parsed
	default:
		fault = c.refusal
	}
	r.begun, r.fault = true, fault
	if fault != NoFault {
		r.head.keepAlive = false
		r.out = append(r.outBuf[:0], "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"...)
		return nil
	}
	r.waiting = r.head.expect
	r.body.reset(c, r.head.length)
	r.writeHead()
	return nil
}

// writeHead writes what fasthttp needs to know: whether to send a body, and whether to keep the connection.
func (r *request) writeHead() {
	out := append(r.outBuf[:0], "GET / HTTP/1.1\r\nHost: x\r\n"...)
	if string(r.head.method) == "HEAD" {
		out = append(r.outBuf[:0], "HEAD / HTTP/1.1\r\nHost: x\r\n"...)
	}
	if r.head.minor == 0 {
		out[bytes.IndexByte(out, '\r')-1] = '0'
	}
	switch {
	case !r.head.keepAlive:
		out = append(out, "Connection: close\r\n"...)
	case r.head.minor == 0:
		out = append(out, "Connection: keep-alive\r\n"...)
	}
	r.out = append(out, "\r\n"...)
}

// readHead reads up to the empty line that ends a head; of one with a fault, raw is what was read. Some bytes of it are here already. The time for the whole
// head begins to run when they turn out not to be all.
func (c *conn) readHead() (raw []byte, fault Fault, err error) {
	r := c.req
	timed, emptyLine := false, false
	for scanned := 0; ; {
		buf := r.unused()
		if scanned == 0 && !emptyLine && len(buf) >= 2 && buf[0] == '\r' && buf[1] == '\n' {
			// One empty line before a request is ignored (RFC 9112 §2.2).
			r.from += 2
			emptyLine = true
			continue
		}
		end, bad := headEnd(buf, scanned)
		switch {
		case bad:
			return buf, FaultLineEnd, nil
		case end > c.s.limits.headBytes || end == 0 && len(buf) >= c.s.limits.headBytes:
			return buf, tooLarge(buf), nil
		case end > 0:
			r.from += end
			return buf[:end], NoFault, nil
		}
		scanned = max(0, len(buf)-3)
		if !timed {
			timed = true
			c.armRead(time.Now().Add(c.s.cfg.Limits.HeadTimeout), 0)
		}
		if err := c.fill(); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) && len(buf) > 0 {
				return buf, FaultTimeout, nil
			}
			return nil, NoFault, err
		}
	}
}

// tooLarge tells a request line without end from too many fields.
func tooLarge(buf []byte) Fault {
	if bytes.IndexByte(buf, '\n') < 0 {
		return FaultURILength
	}
	return FaultHeaderSize
}

// headEnd finds the length of the head in buf, 0 if it is not complete, looking at bytes from scanned on. A line that
// ends with a bare LF is bad at once: it must not be waited behind.
func headEnd(buf []byte, scanned int) (end int, bad bool) {
	for i := scanned; ; i++ {
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
	}
}

// readLine reads one line of chunked framing of at most limit bytes, without its line end. The result is valid until
// the next read.
func (c *conn) readLine(limit int) ([]byte, error) {
	r := c.req
	for {
		buf := r.unused()
		if i := bytes.IndexByte(buf, '\n'); i >= 0 {
			if i < 1 || buf[i-1] != '\r' || i-1 > limit || bytes.IndexByte(buf[:i-1], '\r') >= 0 {
				return nil, ErrFraming
			}
			r.from += i + 1
			return buf[:i-1], nil
		}
		if len(buf) > limit+1 {
			return nil, ErrFraming
		}
		began, err := c.beginWait()
		if err != nil {
			return nil, err
		}
		had := len(buf)
		err = c.fillBehindHead()
		c.endWait(began, len(r.unused())-had)
		if err != nil {
			return nil, err
		}
	}
}
