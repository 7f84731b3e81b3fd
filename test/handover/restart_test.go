package handover

import (
	"syscall"
	"testing"
)

// The service manager keeps the socket, so that whoever comes while no gateway runs waits for the next one. The time of a drain lets
// connections end with an answer.
func TestRestartsInARowBehindASocketOfTheManagerLoseNothing(t *testing.T) {
	for name, secure := range map[string]bool{"without TLS": false, "by TLS": true} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t, newSite(t), secure, "")
			g.drains("300ms")
			sockets := listens(t, g.addr)
			g.start(sockets)
			c := usual(t, g)
			for range inARow {
				if err := syscall.Kill(g.first.Process.Pid, syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
				if err := <-g.ended; err != nil {
					t.Fatalf("it ends with %v", err)
				}
				g.start(sockets)
				c.settled(2)
			}
			c.end()
		})
	}
}

// A gateway that systemd started with its sockets is replaced, and the sockets stay systemd's.
func TestASocketOfTheManagerIsHandedOn(t *testing.T) {
	g := newGate(t, newSite(t), false, "")
	sockets := listens(t, g.addr)
	g.start(sockets)
	for range 2 {
		if pid, said := g.upgrade(); pid == 0 {
			t.Fatal(said)
		}
	}
	g.kill()
	waits := g.dial()
	waits.send("GET /free/x HTTP/1.1\r\nHost: h\r\n\r\n")
	g.start(sockets)
	waits.wants("site /free/x")
}
