package httpx

import (
	"errors"
	"io"
	"sync"
	"time"
)

// Bounds of what is skipped of a body that the handler did not read, so that the connection can be kept.
const (
	skipBytes = 64 << 10
	skipTime  = time.Second
)

var skipBuffers = sync.Pool{New: func() any { return new([4096]byte) }}

// conclude is called when the handler is done, however it ended, and before the answer goes out. It reports whether
// the connection has to be closed behind the answer, so that the answer can say so: if bytes of the body are left
// that finish would not skip, or whose end is not known.
func (r *request) conclude() (mustClose bool) {
	if r.fault != NoFault || !r.head.keepAlive {
		return true
	}
	r.body.skipBuffered()
	switch {
	case r.body.done:
		return false
	case r.body.err != nil, r.body.chunked, r.body.left > skipBytes:
		return true
	}
	// The client may or may not send the body now: the two readings must not meet.
	return r.waiting
}

// finish is the only way to the next request: no head is read before it has answered true. It skips what is left of
// the body before, within bounds. False closes the connection. Whether the handler returned, panicked, answered
// early or never looked at the body makes no difference here.
func (c *conn) finish() bool {
	r := c.req
	switch {
	case r.fault != NoFault || !r.head.keepAlive || r.waiting && !r.body.done || r.body.err != nil:
		return false
	case !r.body.done && !c.skip():
		return false
	}
	return true
}

// skip reads the rest of the body, if it is small and comes at once.
func (c *conn) skip() bool {
	_ = c.SetReadDeadline(time.Now().Add(skipTime))
	waste := skipBuffers.Get().(*[4096]byte)
	defer skipBuffers.Put(waste)
	for total := 0; total <= skipBytes; {
		n, err := c.req.body.Read(waste[:])
		total += n
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
	return false
}

// Bounds of reading on after the last answer.
const (
	lingerBytes = 1 << 20
	lingerTime  = time.Second
)

// linger reads on until the client closes, too, or for a moment: closing while bytes are under way makes the kernel
// reset the connection, and the client could lose the answer that it has not read yet (RFC 9112 §9.6).
func (c *conn) linger() {
	r := c.req
	if c.tunnel.Load() || r == nil || !r.begun {
		return
	}
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	_ = c.Conn.SetReadDeadline(time.Now().Add(lingerTime))
	waste := skipBuffers.Get().(*[4096]byte)
	defer skipBuffers.Put(waste)
	for total := 0; total < lingerBytes; {
		n, err := c.Conn.Read(waste[:])
		if total += n; err != nil {
			return
		}
	}
}
