package socket

import (
	"io"
	"net"
	"os"
	"syscall"
)

// Conn is a socket whose descriptor is read and written directly. One goroutine may read, one may write, and Ask counts as
// both; closing and deadlines are those of the connection below and safe for concurrent use.
type Conn struct {
	net.Conn
	raw syscall.RawConn

	in, out transfer
	asking  bool // in.take has a request to send before it waits

	take, give func(fd uintptr) bool // made once: a closure per call would be an allocation each
}

// transfer is a call under way.
type transfer struct {
	p   []byte
	n   int   // of p, done
	err error // of the system call
}

// Direct gives a Conn if nc is a TCP or Unix stream socket, and nc itself otherwise.
func Direct(nc net.Conn) net.Conn {
	if c := direct(nc); c != nil {
		return c
	}
	return nc
}

func direct(nc net.Conn) *Conn {
	var sc syscall.Conn
	switch kind := nc.(type) {
	case *net.TCPConn:
		sc = kind
	case *net.UnixConn:
		if kind.LocalAddr().Network() != "unix" { // datagrams and packets have ends that a stream has not
			return nil
		}
		sc = kind
	default:
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	c := &Conn{Conn: nc, raw: raw}
	c.take, c.give = c.receive, c.send
	return c
}

// NetConn is the connection below.
func (c *Conn) NetConn() net.Conn { return c.Conn }

// CloseWrite closes the writing side, as the connection below does.
func (c *Conn) CloseWrite() error { return c.Conn.(interface{ CloseWrite() error }).CloseWrite() }

// Read implements net.Conn.
func (c *Conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return c.Conn.Read(p)
	}
	c.in.p = p
	err := c.raw.Read(c.take)
	return c.received(err)
}

// received ends a transfer of bytes to us.
func (c *Conn) received(err error) (int, error) {
	n, callErr := c.in.n, c.in.err
	c.in = transfer{}
	switch {
	case err != nil:
		return 0, err
	case callErr != nil:
		return 0, c.failed("read", callErr)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// Write implements net.Conn.
func (c *Conn) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return c.Conn.Write(p)
	}
	c.out.p = p
	err := c.raw.Write(c.give)
	n, callErr := c.out.n, c.out.err
	c.out = transfer{}
	switch {
	case err != nil:
		return n, err
	case callErr != nil:
		return n, c.failed("write", callErr)
	}
	return n, nil
}

// Ask writes request and reads the first bytes of what is answered to it into p, which must not be empty. Nothing may wait to be
// read before: it waits without a look. sent is how much of the request was written. If that is not all, nothing was read: the
// error is that of writing, or it is nil and the socket takes no more for now. The read deadline alone is kept.
func (c *Conn) Ask(request, p []byte) (sent, n int, err error) {
	c.out.p, c.in.p, c.asking = request, p, true
	err = c.raw.Read(c.take)
	c.asking = false
	sent, callErr := c.out.n, c.out.err
	c.out = transfer{}
	switch {
	case callErr != nil:
		c.in = transfer{}
		return sent, 0, c.failed("write", callErr)
	case err == nil && sent < len(request):
		c.in = transfer{}
		return sent, 0, nil
	}
	n, err = c.received(err)
	return sent, n, err
}

func (c *Conn) failed(op string, err error) error {
	return &net.OpError{Op: op, Net: c.LocalAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: os.NewSyscallError(op, err)}
}

// receive is called by the poller; false waits until there is something to read.
//
// The poller forgets what it knew before it calls for the first time, so what comes after the request was sent is not missed.
func (c *Conn) receive(fd uintptr) bool {
	if c.asking {
		c.asking = false
		return !c.send(fd) || c.out.err != nil
	}
	for {
		n, errno := receive(fd, c.in.p)
		switch errno {
		case 0:
			c.in.n = n
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return false
		default:
			c.in.err = errno
		}
		return true
	}
}

// send is called by the poller; false waits until the socket takes more.
func (c *Conn) send(fd uintptr) bool {
	t := &c.out
	for t.n < len(t.p) {
		n, errno := send(fd, t.p[t.n:])
		switch errno {
		case 0:
			t.n += n
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			t.err = errno
			return true
		}
	}
	return true
}
