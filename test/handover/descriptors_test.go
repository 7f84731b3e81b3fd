package handover

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// may makes n the number of descriptors that the first process may have.
func (g *gate) may(n int) {
	g.t.Helper()
	var limit unix.Rlimit
	if err := unix.Prlimit(g.first.Process.Pid, unix.RLIMIT_NOFILE, nil, &limit); err != nil {
		g.t.Fatal(err)
	}
	limit.Cur = min(uint64(n), limit.Max)
	if err := unix.Prlimit(g.first.Process.Pid, unix.RLIMIT_NOFILE, &limit, nil); err != nil {
		g.t.Fatal(err)
	}
}

// has is how many descriptors the first process has.
func (g *gate) has() int {
	g.t.Helper()
	all, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", g.first.Process.Pid))
	if err != nil {
		g.t.Fatal(err)
	}
	return len(all)
}

// plenty are more descriptors than a crowd of these tests needs.
const plenty = 1000

// The process that is to be replaced has one descriptor to spare, then two, and so on, until they are enough for a handover: each time before
// it says why there is none and serves on, and it can be asked again.
func TestAGatewayThatIsShortOfDescriptorsServesOn(t *testing.T) {
	g := newGate(t, newSite(t), false, "")
	g.start()
	c := usual(t, g)
	c.kills = true // nor are there always descriptors for connections to the site
	for spare := 1; ; spare++ {
		g.may(g.has() + spare)
		pid, said := g.upgrade()
		if pid != 0 {
			if spare < 3 {
				t.Errorf("it is replaced with %d to spare, which is nothing to be short of", spare)
			}
			break
		}
		if !strings.HasPrefix(said, "not upgraded, the gateway serves on: ") || !strings.HasSuffix(said, "too many open files") {
			t.Fatalf("with %d to spare the command says %q", spare, said)
		}
		g.may(plenty)
		c.settled(1)
		if all := g.processes(); len(all) != 1 || all[0] != g.first.Process.Pid {
			t.Fatalf("%v run", all)
		}
	}
	c.end()
}

// The successor dies with the lines, and there is no descriptor for opening them: the process waits for some to come free.
func TestLinesAreTakenBackWhenThereAreDescriptorsAgain(t *testing.T) {
	g := newGate(t, newSite(t), false, "")
	g.start()
	c := usual(t, g)
	c.kills = true // nor are there descriptors for connections to the site
	asked := make(chan string, 1)
	go func() { _, said := g.upgrade(); asked <- said }()
	g.until("this process is a successor, and ready", 1)
	next := g.successors()[0]
	if err := syscall.Kill(next, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	g.until("the new process is ready, the lines go to it", 1)
	g.may(3)
	if err := syscall.Kill(next, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	g.until("no file descriptor is free, trying again", 1)
	g.may(plenty)
	// It may have been letting go of the line yet, for which there was no descriptor either.
	if said := <-asked; !strings.HasPrefix(said, "not upgraded, the gateway serves on: ") {
		t.Errorf("the command says %q", said)
	}
	c.settled(2)
	if pid, said := g.upgrade(); pid == 0 {
		t.Errorf("asked once more: %s", said)
	}
	c.end()
}
