package socket

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Peeker asks whether a socket has anything to read, without reading it. It is used by one goroutine at a time. The zero value
// knows of no socket.
type Peeker struct {
	raw   syscall.RawConn
	look  func(fd uintptr) // made once: a closure per question would be an allocation each
	quiet bool
}

// Reset makes it ask about a connection, which need not be a Conn.
func (p *Peeker) Reset(sc syscall.Conn) {
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	p.raw = raw
	p.look = func(fd uintptr) {
		var b [1]byte
		_, _, errno := syscall.RawSyscall6(unix.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(&b)), 1, syscall.MSG_PEEK|syscall.MSG_DONTWAIT, 0, 0)
		p.quiet = errno == syscall.EAGAIN
	}
}

// Quiet tells that the socket is open and has nothing to read. Of no socket it says so, too.
func (p *Peeker) Quiet() bool {
	if p.raw == nil {
		return true
	}
	return p.raw.Control(p.look) == nil && p.quiet
}
