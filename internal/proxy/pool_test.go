package proxy

import (
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestTheYoungestConnectionIsTakenFirst(t *testing.T) {
	p := pool{max: 2, timeout: time.Minute}
	now := time.Now()
	var conns []*conn
	for i := range 3 {
		a, _ := tcpPair(t)
		conns = append(conns, newConn(a))
		p.put(conns[i], now.Add(time.Duration(i)*time.Second))
	}
	if p.size() != 2 {
		t.Fatalf("%d were kept, want 2", p.size())
	}
	later := now.Add(10 * time.Second)
	if c := p.take(later); c != conns[1] || !c.reused {
		t.Error("not the youngest")
	}
	if c := p.take(later); c != conns[0] {
		t.Error("not the second")
	}
	if c := p.take(later); c != nil {
		t.Error("one came from nowhere")
	}
}

func TestAConnectionThatIsOldClosedOrNotSilentIsNotTaken(t *testing.T) {
	now := time.Now()
	later := now.Add(time.Second)
	for name, spoil := range map[string]func(c *conn, peer net.Conn) error{
		"old":         func(c *conn, _ net.Conn) error { c.idleSince = later.Add(-time.Minute); return nil },
		"closed":      func(_ *conn, peer net.Conn) error { return peer.Close() },
		"not silent":  func(_ *conn, peer net.Conn) error { _, err := peer.Write([]byte("x")); return err },
		"half closed": func(_ *conn, peer net.Conn) error { return peer.(*net.TCPConn).CloseWrite() },
	} {
		p := pool{max: 9, timeout: time.Minute}
		a, b := tcpPair(t)
		c := newConn(a)
		p.put(c, now)
		if err := spoil(c, b); err != nil {
			t.Fatal(err)
		}
		if name != "old" {
			awaitEvent(t, c)
		}
		if p.take(later) != nil {
			t.Errorf("one that is %s was taken", name)
		}
	}
}

// awaitEvent waits until the kernel has something to tell about c.
func awaitEvent(tb testing.TB, c *conn) {
	tb.Helper()
	raw, err := bottom(c.nc).(syscall.Conn).SyscallConn()
	if err != nil {
		tb.Fatal(err)
	}
	err = raw.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN | unix.POLLRDHUP}}
		if n, err := unix.Poll(fds, 10_000); n != 1 {
			tb.Errorf("nothing happened on the connection: %v", err)
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func TestTheSweepClosesWhatIsOldAndKeepsTheRest(t *testing.T) {
	p := pool{max: 9, timeout: time.Minute}
	now := time.Now()
	for i := range 4 {
		a, _ := tcpPair(t)
		p.put(newConn(a), now.Add(time.Duration(i)*20*time.Second))
	}
	p.sweep(now.Add(90 * time.Second))
	if p.size() != 2 {
		t.Errorf("%d were kept, want 2", p.size())
	}
	p.shut()
	a, _ := tcpPair(t)
	p.put(newConn(a), now)
	if p.size() != 0 {
		t.Error("something was kept after the end")
	}
}
