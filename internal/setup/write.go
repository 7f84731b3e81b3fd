package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// fileMode is that of the packages' configuration: it has no secret, and the gateway's user has to read it.
const fileMode = 0o644

// MayWrite says why a file cannot be written, or nil. One that is there is refused unless it may be moved aside.
func MayWrite(path string, force bool) error {
	info, err := os.Lstat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is there, and is no ordinary file; give another name by --out", path)
	case err == nil && !force:
		return fmt.Errorf("%s is there already, and is never replaced; give another name by --out, or --force, which keeps it beside the new one", path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	tried, err := os.CreateTemp(filepath.Dir(path), ".einlass-init-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return errors.Join(tried.Close(), os.Remove(tried.Name()))
}

// Write writes a file whole or not at all. What is there stays, unless force moves it aside: kept is its name then, and the new file has its
// owner, group and mode, by which the gateway's user reads it.
func Write(path string, text []byte, force bool, now time.Time) (kept string, err error) {
	made, err := os.CreateTemp(filepath.Dir(path), ".einlass-init-*")
	if err != nil {
		return "", err
	}
	defer os.Remove(made.Name())
	before, err := os.Lstat(path)
	if err == nil {
		err = likeBefore(made, before)
	} else {
		before, err = nil, made.Chmod(fileMode)
	}
	if err == nil {
		_, err = made.Write(text)
	}
	if err = errors.Join(err, made.Sync(), made.Close()); err != nil {
		return "", err
	}
	if force && before != nil {
		kept = path + now.Format(".before-20060102-150405")
		if err := os.Link(path, kept); err != nil {
			return "", fmt.Errorf("what is there cannot be kept, and nothing was written: %w", err)
		}
		return kept, os.Rename(made.Name(), path)
	}
	// A link, unlike a rename, replaces nothing, whoever has written there meanwhile.
	return "", os.Link(made.Name(), path)
}

// likeBefore gives a file the owner, group and mode of another.
func likeBefore(made *os.File, before fs.FileInfo) error {
	if of, ok := before.Sys().(*syscall.Stat_t); ok {
		if err := made.Chown(int(of.Uid), int(of.Gid)); err != nil {
			return fmt.Errorf("the new file cannot have the owner and group of the old one: %w", err)
		}
	}
	return made.Chmod(before.Mode().Perm())
}
