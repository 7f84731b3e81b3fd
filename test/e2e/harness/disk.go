package harness

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/loadtest/chaos/environment"
)

// Disk holds a state directory and can be full.
type Disk struct {
	Dir  string
	disk *environment.Disk // nil: this process may not mount one
}

// NewDisk is a small file system of its own for root. For anybody else it is a directory which, when it is "full", takes
// no new file.
func NewDisk(tb testing.TB) *Disk {
	tb.Helper()
	d := &Disk{Dir: filepath.Join(tb.TempDir(), "disk")}
	if os.Geteuid() != 0 {
		must(tb, os.Mkdir(d.Dir, 0o700))
		tb.Cleanup(func() { _ = os.Chmod(d.Dir, 0o700) }) // so that it can be removed
		return d
	}
	disk, err := environment.NewDisk(d.Dir)
	must(tb, err)
	d.disk = disk
	tb.Cleanup(func() { must(tb, disk.Close()) })
	return d
}

// Fill leaves no room.
func (d *Disk) Fill(tb testing.TB) {
	tb.Helper()
	if d.disk == nil {
		must(tb, os.Chmod(d.Dir, 0o500))
		return
	}
	_, err := d.disk.Fill()
	must(tb, err)
}

// Empty gives the room back.
func (d *Disk) Empty(tb testing.TB) {
	tb.Helper()
	if d.disk == nil {
		must(tb, os.Chmod(d.Dir, 0o700))
		return
	}
	must(tb, d.disk.Empty())
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
