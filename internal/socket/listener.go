package socket

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// Listener is a TCP or Unix listener that can be finished: whoever the kernel has taken for it by then gets his connection, while closing it
// would reset him, perhaps with a request that he has sent. One goroutine accepts; all else is safe for concurrent use.
type Listener struct {
	below
	kept      bool
	shared    atomic.Bool
	finishing atomic.Bool
}

// below is what net's listeners of these kinds can do.
type below interface {
	net.Listener
	syscall.Conn
	SetDeadline(time.Time) error
}

// NewListener makes one. kept: the socket stays open with somebody else, the service manager, who keeps those that wait to be accepted; to
// finish is to close then. ok is false for a listener of another kind.
func NewListener(ln net.Listener, kept bool) (l *Listener, ok bool) {
	if b, ok := ln.(below); ok {
		return &Listener{below: b, kept: kept}, true
	}
	return nil, false
}

// Share says whether another process has the socket, too, for now: a predecessor, or a successor that does not serve yet. It may have to go on
// with it, so that to finish is to close as long as that is so, and the file of a Unix socket stays.
func (l *Listener) Share(shared bool) {
	l.shared.Store(shared)
	if u, ok := l.below.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(!shared && !l.kept)
	}
}

// settle is the time for handshakes under way when a listener is finished: longer than a round trip in a country.
const settle = 100 * time.Millisecond

// Finish makes the kernel refuse new connections. Accept brings those that it has taken, and those whose handshakes are under way, and then
// net.ErrClosed; the caller has to close the listener afterwards. With an error nothing has changed.
func (l *Listener) Finish() error {
	if l.kept || l.shared.Load() {
		return l.Close()
	}
	if err := l.turnAway(); err != nil {
		return err
	}
	l.finishing.Store(true)
	return l.SetDeadline(time.Now().Add(settle))
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		nc, err := l.below.Accept()
		if !l.finishing.Load() || !errors.Is(err, os.ErrDeadlineExceeded) {
			return nc, err
		}
		// A busy machine comes late to its deadline, behind which package net does not look at the socket.
		if !l.queued() {
			return nil, net.ErrClosed
		}
		if err := l.SetDeadline(time.Now().Add(settle)); err != nil {
			return nil, err
		}
	}
}
