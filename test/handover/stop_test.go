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
