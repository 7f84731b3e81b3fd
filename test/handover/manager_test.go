package handover

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The service manager kills a service whose sign of life is late. The old process gives its last one right before it lets go of the lines, and
// one with the id of the new process, whose own were not for the manager until then.
func TestTheServiceManagerHearsSignsOfLifeAtAHandover(t *testing.T) {
	dir, err := os.MkdirTemp("", "sd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	at := &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"}
	manager, err := net.ListenUnixgram("unixgram", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = manager.Close() })
	t.Setenv("NOTIFY_SOCKET", at.Name)
	g := newGate(t, newSite(t), false, "")
	g.start()
	pid, said := g.upgrade()
	if pid == 0 {
		t.Fatal(said)
	}
	g.gone(g.first.Process.Pid)
	var heard []string
	for len(heard) == 0 || !strings.HasPrefix(heard[len(heard)-1], "MAINPID=") {
		var p [4096]byte
		n, err := manager.Read(p[:])
		if err != nil {
			t.Fatal(err)
		}
		heard = append(heard, string(p[:n]))
	}
	reloads := slices.IndexFunc(heard, func(s string) bool { return strings.HasPrefix(s, "RELOADING=1\n") })
	if reloads < 0 || len(heard) != reloads+3 || heard[reloads+1] != "WATCHDOG=1" ||
		!strings.HasPrefix(heard[reloads+2], "MAINPID="+strconv.Itoa(pid)+"\nREADY=1\nWATCHDOG=1\n") {
		t.Errorf("it hears %q", heard)
	}
}
