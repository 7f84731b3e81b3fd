package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// disk is a small file system of its own, on a directory that is made.
func disk(t *testing.T, dir string) (limits func(string)) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a file system")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=4m,mode=700"); err != nil {
		t.Skip("mount: ", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return func(options string) {
		t.Helper()
		if err := unix.Mount("none", dir, "tmpfs", unix.MS_REMOUNT, options); err != nil {
			t.Fatal(err)
		}
	}
}

// The disk has room for one file more, then for two, and so on, until the restore succeeds: before, it fails at another point each time.
func TestARestoreOnADiskThatIsFullChangesNothing(t *testing.T) {
	k := keptOn(t, "a")
	limits := disk(t, k.path("state"))
	k.goesOn("a", 1)
	old, err := os.ReadFile(k.path("state/a.marks"))
	if err != nil {
		t.Fatal(err)
	}
	k.goesOn("a", 2)
	k.ringOf(newRing(t))
	k.backup(k.path("monday"))
	k.write("state/a.marks", string(old))
	k.write("state/a.places", "no places")
	k.ringOf(newRing(t))
	before := k.files()
	failed := 0
	for free := 0; ; free++ {
		limits(fmt.Sprintf("nr_inodes=%d", k.inodes()+free))
		_, _, err := k.run(nil, "restore", k.path("monday"), "--replace")
		if err == nil {
			break
		}
		failed++
		if !strings.Contains(err.Error(), k.path("state")) || !strings.Contains(err.Error(), "no space left on device") ||
			!strings.HasSuffix(err.Error(), "; nothing was changed") {
			t.Errorf("room for %d: %v", free, err)
		}
		if after := k.files(); after != before {
			t.Fatalf("room for %d:\n%s\nbefore:\n%s", free, after, before)
		}
	}
	if failed < 6 {
		t.Errorf("it failed %d times", failed)
	}
	limits("nr_inodes=1000")
	k.goesOn("a", 1)
}

// inodes are those in use on the disk of the state directory.
func (k *keptGateway) inodes() int {
	k.t.Helper()
	var s unix.Statfs_t
	if err := unix.Statfs(k.path("state"), &s); err != nil {
		k.t.Fatal(err)
	}
	return int(s.Files - s.Ffree)
}

func TestABackupOnADiskThatIsFullLeavesNothing(t *testing.T) {
	k := keptOn(t, "a")
	limits := disk(t, k.path("backups"))
	k.goesOn("a", 1)
	draw := make([]byte, 1<<20)
	if _, err := rand.Read(draw); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(k.path("state/draws/a"), 0o700); err != nil {
		t.Fatal(err)
	}
	k.write("state/draws/a/one.json", hex.EncodeToString(draw))
	limits("size=512k")
	to := k.path("backups/monday")
	_, _, err := k.run(nil, "backup", to)
	if err == nil || !strings.HasPrefix(err.Error(), "no backup was made: write "+k.path("backups/")) || !strings.HasSuffix(err.Error(), syscall.ENOSPC.Error()) {
		t.Errorf("it says %v", err)
	}
	var left []string
	err = filepath.WalkDir(k.path("backups"), func(p string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			left = append(left, p)
		}
		return err
	})
	if err != nil || len(left) > 0 {
		t.Errorf("it leaves %q, %v", left, err)
	}
	limits("size=8m")
	k.backup(to)
}
