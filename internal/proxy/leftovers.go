package proxy

import (
	"errors"
	"net"
	"os"
	"time"
)

// What is left in a connection after its answer belongs to no request, and would be taken for the next answer.

// leftovers tells whether bytes were read that answer no request, and whether the connection still lives.
func (c *conn) leftovers() (left, alive bool) {
	if c.r != c.w {
		return true, true
	}
	if !c.sealed {
		return false, true
	}
	// TLS reads ahead, and the kernel does not know what it holds. A read without time gets that and nothing else.
	if c.nc.SetReadDeadline(longAgo) != nil {
		return false, false
	}
	c.readBy = time.Time{}
	var p [1]byte
	n, err := c.nc.Read(p[:])
	return n > 0, errors.Is(err, os.ErrDeadlineExceeded)
}

// lookTime is how long the rest of a TLS record may take that has begun to come.
const lookTime = time.Millisecond

// speaks is asked about an idle connection that is not quiet: did the origin close it, or say something unasked?
// 408 is how some servers take their leave of an idle client (RFC 9110 section 15.5.9), and no surplus.
func (c *conn) speaks() bool {
	_ = c.nc.SetReadDeadline(time.Now().Add(lookTime))
	var p [16]byte
	n, _ := c.nc.Read(p[:])
	return n > 0 && (n < 12 || string(p[:7]) != "HTTP/1." || string(p[8:12]) != " 408")
}

// recycle makes the connection ready for the pool.
func (c *conn) recycle() {
	c.r, c.w = 0, 0
	if len(c.buf) > connBuffer {
		c.buf = make([]byte, connBuffer)
	}
}

// abort closes without the wait in which the kernel would keep our port from being used again (TIME-WAIT, RFC 9293
// section 3.6.1): there are some 28,000 of them, and visitors decide how many connections are used up. What the origin
// has not read yet is lost to it, so this is for complete exchanges.
func (c *conn) abort() {
	if tcp, ok := bottom(c.nc).(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	c.close()
}
