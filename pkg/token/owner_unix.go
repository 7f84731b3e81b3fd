//go:build unix

package token

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives written the owner and group of target if there is a target.
// Without it, a rotation by root would lock out the gateway that runs as another
// user. A process that is not root owns both files already; the group does
// not matter, because the mode grants it nothing.
func keepOwner(target, written string) error {
	info, err := os.Stat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return os.Lchown(written, int(owner.Uid), int(owner.Gid))
}
