package environment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Disk is a small file system of its own.
type Disk struct{ Dir string }

// diskSize is enough for the state files of some thousand places.
const diskSize = "4m"

// NewDisk mounts it. That needs root.
func NewDisk(dir string) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := syscall.Mount("einlass-chaos", dir, "tmpfs", 0, "size="+diskSize); err != nil {
		return nil, fmt.Errorf("a small disk at %s, which needs root: %w", dir, err)
	}
	return &Disk{Dir: dir}, nil
}

// Fill leaves no room and answers how many bytes it took.
func (d *Disk) Fill() (int64, error) {
	f, err := os.Create(d.ballast())
	if err != nil {
		return 0, err
	}
	block, total := make([]byte, 4096), int64(0)
	for err == nil {
		var n int
		n, err = f.Write(block)
		total += int64(n)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return total, errors.Join(err, f.Close())
	}
	return total, f.Close()
}

// Empty gives the room back.
func (d *Disk) Empty() error { return os.Remove(d.ballast()) }

func (d *Disk) ballast() string { return filepath.Join(d.Dir, "ballast") }

// Close unmounts it.
func (d *Disk) Close() error {
	if err := syscall.Unmount(d.Dir, syscall.MNT_DETACH); err != nil {
		return fmt.Errorf("unmount %s: %w", d.Dir, err)
	}
	return nil
}
