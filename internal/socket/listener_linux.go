package socket

import (
	"errors"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// nowhere is the number of a network card that no machine has.
const nowhere = 1<<31 - 1

// turnAway makes the kernel refuse new connections: the socket listens at a card that there is not. Handshakes that have begun are none of
// the listener's and go on (Linux 5.7 lets everybody do so to a socket that is bound to no card, see socket(7), SO_BINDTODEVICE). Of a Unix
// socket the file is removed; connecting there is one step.
func (l *Listener) turnAway() error {
	if u, ok := l.below.(*net.UnixListener); ok {
		err := os.Remove(u.Addr().String())
		u.SetUnlinkOnClose(false) // by then another gateway may have made its own
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		return err
	}
	return l.control(func(fd int) error {
		return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BINDTOIFINDEX, nowhere))
	})
}

// queued reports whether a connection waits to be accepted.
func (l *Listener) queued() (waits bool) {
	_ = l.control(func(fd int) error {
		polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(polled, 0)
		waits = n == 1 && polled[0].Revents&unix.POLLIN != 0
		return err
	})
	return waits
}

func (l *Listener) control(do func(fd int) error) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var done error
	err = raw.Control(func(fd uintptr) { done = do(int(fd)) })
	return errors.Join(err, done)
}
