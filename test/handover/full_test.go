package handover

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// fills makes each write to a file of a process fail as on a full disk, by the limit on the size of files, and answers how to make room
// again. Its log goes through a pipe, which the limit is not for.
func (g *gate) fills() (fill, room func()) {
	r, w, err := os.Pipe()
	if err != nil {
		g.t.Fatal(err)
	}
	copied := make(chan error, 1)
	go func() { _, err := io.Copy(g.log, r); copied <- err }()
	g.out = w
	g.t.Cleanup(func() {
		g.kill()
		if err := errors.Join(w.Close(), <-copied, r.Close()); err != nil {
			g.t.Error(err)
		}
	})
	set := func(limit uint64) {
		g.t.Helper()
		if err := unix.Prlimit(g.first.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: unix.RLIM_INFINITY}, nil); err != nil {
			g.t.Fatal(err)
		}
	}
	return func() { set(64) }, func() { set(unix.RLIM_INFINITY) }
}

// What the process has in its memory alone would be lost if it let go of the line.
func TestAGatewayOnAFullDiskIsNotReplaced(t *testing.T) {
	g := newGate(t, newSite(t), false, "")
	fill, room := g.fills()
	g.start()
	fill()
	c := usual(t, g)
	if pid, said := g.upgrade(); pid != 0 || !strings.Contains(said, "room termine: the line goes on in memory alone, its state files cannot be written") {
		t.Errorf("the command says %q", said)
	}
	c.settled(2)
	if n := g.count("line continued"); n != 0 {
		t.Error("the line began anew from what the files knew")
	}
	room()
	if pid, said := g.upgrade(); pid == 0 {
		t.Error(said)
	}
	if n := g.count("line continued after"); n != 0 {
		t.Error("the line was not kept whole when there was room again")
	}
	c.end()
}
