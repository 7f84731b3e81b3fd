//go:build long

package e2e

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// copied is a copy of a state directory.
func copied(t *testing.T, dir string) string {
	t.Helper()
	backup := filepath.Join(t.TempDir(), "backup")
	copyDir(t, dir, backup)
	return backup
}

// putBack makes a state directory what it was when the backup was made.
func putBack(t *testing.T, backup, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	copyDir(t, backup, dir)
}

// filesOf is a directory without its sockets: they are of the process that listens, and no backup has them.
type filesOf string

func (d filesOf) Open(name string) (fs.File, error) { return os.DirFS(string(d)).Open(name) }

func (d filesOf) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(os.DirFS(string(d)), name)
	return slices.DeleteFunc(all, func(e fs.DirEntry) bool { return e.Type()&fs.ModeSocket != 0 }), err
}

// copyDir copies files, which are for their owner alone. Those that are being written are gone when they are, and copied anew.
func copyDir(t *testing.T, from, to string) {
	t.Helper()
	err := os.CopyFS(to, filesOf(from))
	for errors.Is(err, fs.ErrNotExist) && t.Context().Err() == nil {
		err = errors.Join(os.RemoveAll(to), os.CopyFS(to, filesOf(from)))
	}
	files, err2 := filepath.Glob(filepath.Join(to, "*"))
	err = errors.Join(err, err2, os.Chmod(to, 0o700))
	for _, file := range files {
		err = errors.Join(err, os.Chmod(file, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}
