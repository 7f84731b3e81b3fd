package proxy

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// poller asks the kernel about a socket without reading from it. The zero value, and
// one of a connection that is no socket, knows nothing and says so.
type poller struct {
	raw syscall.RawConn
	fds [1]unix.PollFd
	ask func(fd uintptr) // made once: a closure per question would be an allocation each
	n   int
}

func (p *poller) init(nc net.Conn) {
	sc, ok := socketOf(nc)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	p.raw = raw
	p.ask = func(fd uintptr) {
		p.fds[0].Fd = int32(fd)
		p.fds[0].Revents = 0
		p.n, _ = unix.Poll(p.fds[:], 0)
	}
}

// events returns which of the wanted conditions hold; the kernel adds errors unasked.
func (p *poller) events(want int16) int16 {
	if p.raw == nil {
		return 0
	}
	p.fds[0].Events = want
	if err := p.raw.Control(p.ask); err != nil {
		return unix.POLLERR
	}
	if p.n <= 0 {
		return 0
	}
	return p.fds[0].Revents
}

// quiet tells that the connection is open and has nothing to read: an idle connection
// that is not quiet was closed, or carries bytes that answer no request of ours.
func (p *poller) quiet() bool { return p.events(unix.POLLIN|unix.POLLRDHUP) == 0 }

// hasLeft tells that the peer closed its side, even if unread bytes still lie in
// between. One that only finished sending looks the same; like other proxies we take
// it for gone.
func hasLeft(nc net.Conn) bool {
	var p poller
	p.init(nc)
	return p.events(unix.POLLRDHUP)&(unix.POLLRDHUP|unix.POLLHUP|unix.POLLERR) != 0
}

// socketOf looks for the socket below TLS and other layers.
func socketOf(nc net.Conn) (syscall.Conn, bool) {
	sc, ok := bottom(nc).(syscall.Conn)
	return sc, ok
}
