//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package token

import (
	"errors"
	"os"
	"syscall"
)

// lockDir takes the lock of a directory, which ends with unlock and with the process, however it ends. A directory leaves no file of another
// owner behind, as a lock file would. A file system without such locks (NFS gives none of a directory) is used without one.
func lockDir(dir string) (unlock func() error, err error) {
	opened, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	switch err = syscall.Flock(int(opened.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, errors.Join(ErrRotating, opened.Close())
	case errors.Is(err, syscall.EBADF), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS), err == nil:
		return opened.Close, nil
	}
	return nil, errors.Join(err, opened.Close())
}
