package setup

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestAFileThatIsThereIsNeverReplaced(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "einlass.yaml")
	if err := MayWrite(path, false); err != nil {
		t.Fatal(err)
	}
	if kept, err := Write(path, []byte("one"), false, monday); err != nil || kept != "" {
		t.Fatalf("%q, %v", kept, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info, err)
	}
	if err := MayWrite(path, false); err == nil || !strings.Contains(err.Error(), path+" is there already") {
		t.Error(err)
	}
	if _, err := Write(path, []byte("two"), false, monday); err == nil { // as if it came while somebody answered
		t.Error("it was replaced")
	}
	wantFiles(t, dir, map[string]string{"einlass.yaml": "one"})

	// As the packages leave it: the gateway's group reads it.
	group := os.Getgid()
	if os.Getuid() == 0 {
		group = 65534
	}
	if err := errors.Join(os.Chown(path, -1, group), os.Chmod(path, 0o640)); err != nil {
		t.Fatal(err)
	}
	kept, err := Write(path, []byte("two"), true, monday)
	if err != nil || kept != path+".before-20261130-120000" || MayWrite(path, true) != nil {
		t.Fatalf("%q, %v", kept, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 || int(info.Sys().(*syscall.Stat_t).Gid) != group {
		t.Errorf("%v, %v", info, err)
	}
	wantFiles(t, dir, map[string]string{"einlass.yaml": "two", filepath.Base(kept): "one"})
	if _, err := Write(path, []byte("three"), true, monday); err == nil || !strings.Contains(err.Error(), "nothing was written") {
		t.Error(err)
	}
	wantFiles(t, dir, map[string]string{"einlass.yaml": "two", filepath.Base(kept): "one"})
}

// The package lets the gateway read its file by the group alone.
func TestAFileThatIsReplacedKeepsItsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only a superuser gives files away")
	}
	path := filepath.Join(t.TempDir(), "einlass.yaml")
	if err := errors.Join(os.WriteFile(path, []byte("one"), 0o640), os.Chown(path, 1, 2)); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(path, []byte("two"), true, monday); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || stat.Uid != 1 || stat.Gid != 2 || info.Mode().Perm() != 0o640 {
		t.Errorf("it is %v of %+v", info.Mode(), info.Sys())
	}
}

// wantFiles holds a directory to its files: nothing is left of those that were being written.
func wantFiles(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil || len(all) != len(want) {
		t.Errorf("%v, %v", all, err)
	}
	for name, text := range want {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestWhereNothingCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := MayWrite(filepath.Join(dir, "none", "x.yaml"), false); err == nil || !strings.Contains(err.Error(), "cannot be written") {
		t.Error(err)
	}
	if err := MayWrite(dir, true); err == nil || !strings.Contains(err.Error(), "is no ordinary file") {
		t.Error(err)
	}
	link := filepath.Join(dir, "link.yaml")
	if err := os.Symlink("/etc/passwd", link); err != nil {
		t.Fatal(err)
	}
	if err := MayWrite(link, true); err == nil || !strings.Contains(err.Error(), "is no ordinary file") {
		t.Error(err)
	}
}
