package token

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

var (
	// ErrRotating means: another process changes the keyring at this moment.
	ErrRotating = errors.New("another process changes the keyring now; try again")
	// ErrPending means: a key has not begun to sign, and the new ones would sign
	// before it.
	ErrPending = errors.New("a key has not begun to sign")
	// ErrFull means: with the new keys the file would be larger than one that is read. Keys that have ended leave it at the next rotation.
	ErrFull = errors.New("the keyring has too many keys that are still accepted; rotate again when older ones have ended, or let them end now: no overlap")
	// ErrRingChanged means: the keyring is not the one that the rotation was decided on.
	ErrRingChanged = errors.New("the keyring has changed since")

	errPendingKey = fmt.Errorf("%w: %w", ErrInvalidKeyring, ErrPending)
)

// RotateFile rotates the keyring of a file and writes it back, under a lock that other calls respect: of several at once, one rotates and the
// others get ErrRotating. version is that of the ring on which the rotation was decided (Keyring.Version), ErrRingChanged if the file holds
// another one; empty: whatever it holds. The file is the old one or the new one, whole, however the process ends. Other errors are those
// of Load, Rotate and Save: ErrFull leaves the file as it is.
func RotateFile(path, version string, random io.Reader, r Rotation) (ring *Keyring, err error) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, fmt.Errorf("rotate keyring: %w", err)
	}
	unlock, err := lockDir(filepath.Dir(target))
	if err != nil {
		return nil, fmt.Errorf("rotate keyring: %w", err)
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := RemoveLeft(target, r.Now); err != nil {
		return nil, fmt.Errorf("rotate keyring: %w", err)
	}
	before, err := Load(target)
	if err != nil {
		return nil, err
	}
	if is := before.Version(); version != "" && version != is {
		return nil, fmt.Errorf("rotate keyring: %w: it is of version %s, not %s", ErrRingChanged, is, version)
	}
	if ring, err = before.Rotate(random, r); err != nil {
		return nil, err
	}
	err = ring.Save(target)
	if errors.Is(err, ErrFull) {
		if ring, err = ring.withoutEnded(r.Now); err == nil {
			err = ring.Save(target)
		}
	}
	if err != nil {
		return nil, err
	}
	return ring, nil
}

// withoutEnded is the ring without the keys that have ended at a time. A rotation leaves those that end with it for the next one, where there
// is space.
func (k *Keyring) withoutEnded(now time.Time) (*Keyring, error) {
	ended := func(spec keySpec) bool { return spec.known() && spec.retired(now.Unix()) }
	return newKeyring(slices.DeleteFunc(slices.Clone(k.specs), ended))
}

// leftAfter is how old an unfinished file must be to be one of a process that has died.
const leftAfter = time.Minute

// RemoveLeft takes away what a process left behind that died at least a minute before now while it wrote the file of a path, as Save of a
// [Keyring] does: it holds secrets. Such a file is beside that one, and has its name between points and what makes it unique. Errors are those
// of the file system.
func RemoveLeft(path string, now time.Time) error {
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	var errs []error
	for _, file := range left {
		if !file.Type().IsRegular() || !strings.HasPrefix(file.Name(), "."+filepath.Base(path)+".") {
			continue
		}
		info, err := file.Info()
		if err != nil || now.Sub(info.ModTime()) < leftAfter {
			continue
		}
		if err := os.Remove(filepath.Join(filepath.Dir(path), file.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
