package handover

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// FileOf is another descriptor of a listening socket, for [Socket]. Both name one socket, which stays in non-blocking mode. The method File of
// a listener gives one that puts it into blocking mode when a process is started with it: a listener that waits then never sees its Close until
// somebody connects.
func FileOf(ln net.Listener) (*os.File, error) {
	s, ok := ln.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("a listener of type %T cannot be handed over", ln)
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("handover: %w", err)
	}
	var fd int
	var dupErr error
	err = raw.Control(func(of uintptr) { fd, dupErr = unix.FcntlInt(of, unix.F_DUPFD_CLOEXEC, 0) })
	if err = errors.Join(err, os.NewSyscallError("fcntl", dupErr)); err != nil {
		return nil, fmt.Errorf("handover: %w", err)
	}
	return os.NewFile(uintptr(fd), ln.Addr().String()), nil
}
