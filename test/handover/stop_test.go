package handover

import (
	"strings"
	"syscall"
	"testing"
)

// The process that is asked to stop would serve on for the time of its drain, long enough for a successor to serve then.
func TestAStopDuringAHandoverLeavesNobodyWhoServes(t *testing.T) {
	g := newGate(t, newSite(t), false, "")
	g.drains("1m")
	g.start()
	c := usual(t, g)
	asked := make(chan string, 1)
	go func() { _, said := g.upgrade(); asked <- said }()
	g.until("a new process starts", 1)
	next := g.successors()[0]
	if err := syscall.Kill(next, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(g.first.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	g.until("stop asked for", 1)
	_ = syscall.Kill(next, syscall.SIGCONT) // it may be gone
	if said := <-asked; !strings.HasPrefix(said, "not upgraded: the gateway was asked to stop") {
		t.Errorf("the command says %q", said)
	}
	if _, said := g.upgrade(); !strings.HasPrefix(said, "not upgraded: the gateway was asked to stop") {
		t.Errorf("asked in the time of the drain the command says %q", said)
	}
	c.settled(1)
	c.end()
	if err := syscall.Kill(g.first.Process.Pid, syscall.SIGTERM); err != nil { // ends the drain
		t.Fatal(err)
	}
	<-g.ended
	if all := g.processes(); len(all) != 0 {
		t.Errorf("%v run", all)
	}
}

// The sockets are those of both processes until the successor serves: one that is stopped, and not killed, at any step leaves them in use.
func TestASuccessorThatIsStoppedLeavesTheGatewayItsSockets(t *testing.T) {
	for _, step := range steps[:4] {
		t.Run(step.name, func(t *testing.T) {
			g := newGate(t, newSite(t), false, "")
			g.start()
			for range inARow {
				g.stopSuccessor(step.says)
			}
		})
	}
}

func (g *gate) stopSuccessor(when string) {
	g.t.Helper()
	seen, known := g.count(when), len(g.successors())
	asked := make(chan int, 1)
	go func() { pid, _ := g.upgrade(); asked <- pid }()
	g.until(when, seen+1)
	g.until("a new process starts", known+1)
	_ = syscall.Kill(g.successors()[known], syscall.SIGTERM)
	if pid := <-asked; pid != 0 { // it served before it stopped: nobody does now, and another one is started
		g.gone(pid)
		g.gone(g.first.Process.Pid)
		g.start()
	}
	one := g.dial()
	one.send("GET /free/one HTTP/1.1\r\nHost: h\r\n\r\n")
	one.wants("site /free/one")
	_ = one.Close()
}

// A gateway that systemd started with its sockets is replaced and stopped; they stay in use for the next one, who waits in them is served.
func TestASocketOfTheManagerIsOfUseAfterAStop(t *testing.T) {
	for name, secure := range map[string]bool{"without TLS": false, "by TLS": true} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t, newSite(t), secure, "")
			sockets := listens(t, g.addr)
			g.start(sockets)
			for range inARow {
				pid, said := g.upgrade()
				if pid == 0 {
					t.Fatal(said)
				}
				g.gone(g.first.Process.Pid)
				if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
				g.gone(pid)
				waits := newCrowd(t, g)
				waits.fresh()
				g.start(sockets)
				waits.end()
			}
		})
	}
}
