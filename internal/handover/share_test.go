package handover

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A listener that shares its socket with a process that was started goes on as it was. In blocking mode it would take a connection and then
// wait for the next one in the kernel, where no Close reaches it.
func TestASocketThatIsSharedStaysNonBlocking(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := FileOf(ln)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := start(t, "at once", Socket{Path: "listen.http", File: f}).Ready(t.Context()); err == nil {
		t.Fatal("it is ready")
	}
	if !nonBlocking(t, ln) {
		t.Error("the listener's socket is in blocking mode")
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	again, err := net.FileListener(f)
	if err != nil {
		t.Fatal(err)
	}
	if !nonBlocking(t, again) {
		t.Error("the socket that was taken back is in blocking mode")
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func nonBlocking(t *testing.T, ln net.Listener) bool {
	t.Helper()
	raw, err := ln.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var flags int
	var flagsErr error
	err = raw.Control(func(fd uintptr) { flags, flagsErr = unix.FcntlInt(fd, unix.F_GETFL, 0) })
	if err = errors.Join(err, flagsErr); err != nil {
		t.Fatal(err)
	}
	return flags&unix.O_NONBLOCK != 0
}

func TestWhatIsNoSocketCannotBeShared(t *testing.T) {
	if f, err := FileOf(struct{ net.Listener }{}); err == nil {
		t.Errorf("it has the descriptor %v", f.Fd())
	}
}
