package staff

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// Change reads a file, or begins with nobody if there is none, has change work on it, and writes it as Save does. Calls of all processes of a
// machine wait for each other, so none loses what another did: change must not wait for a person. Its error is returned as it is, and then
// nothing is written; others are those of Load and Save.
func Change(path string, change func(*Roll) error) (err error) {
	target, err := filepath.EvalSymlinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		target = path
	case err != nil:
		return err
	}
	unlock, err := lock(filepath.Dir(target))
	if err != nil {
		return fmt.Errorf("lock the directory of %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := token.RemoveLeft(target, time.Now()); err != nil {
		return err
	}
	r, err := LoadOrEmpty(target)
	if err != nil {
		return err
	}
	if err := change(r); err != nil {
		return err
	}
	return r.Save(target)
}

// lock waits for the lock of a directory, which ends with unlock and with the process, however it ends. A directory leaves no file of another
// owner behind, as a lock file would; a rotation of the keyring beside the file takes the same one. A file system without such locks is used
// without one.
func lock(dir string) (unlock func() error, err error) {
	opened, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for err = syscall.EINTR; errors.Is(err, syscall.EINTR); {
		err = syscall.Flock(int(opened.Fd()), syscall.LOCK_EX)
	}
	switch {
	case err == nil, errors.Is(err, syscall.EBADF), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS):
		return opened.Close, nil
	}
	return nil, errors.Join(err, opened.Close())
}
