package proxy

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// hasLeft tells that the peer closed its side, even if unread bytes still lie in
// between. One that only finished sending looks the same; like other proxies we take
// it for gone. Of a connection that is no socket it knows nothing.
func hasLeft(nc net.Conn) bool {
	sc, ok := bottom(nc).(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	var gone bool
	err = raw.Control(func(fd uintptr) {
		fds := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
		n, _ := unix.Poll(fds[:], 0)
		gone = n > 0 && fds[0].Revents&(unix.POLLRDHUP|unix.POLLHUP|unix.POLLERR) != 0
	})
	return err != nil || gone
}
