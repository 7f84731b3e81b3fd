package token

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// maxFile bounds a keyring file: some 250 keys.
const maxFile = 64 << 10

// Load reads a keyring file. The file must be a regular file that only its owner
// may read and write (ErrInsecureMode otherwise, with the command that mends
// it). A file that breaks the format gives ErrInvalidKeyring, one that is
// missing fs.ErrNotExist.
func Load(path string) (*Keyring, error) {
	ring, _, err := load(path)
	if err != nil {
		return nil, fmt.Errorf("load keyring: %w", err)
	}
	return ring, nil
}

// load also returns the file information of the file that it has read, nil if
// the file could not be opened.
func load(path string) (*Keyring, fs.FileInfo, error) {
	// Without waiting: a pipe that nobody writes to is empty, not a start that hangs.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if err := checkFile(path, info); err != nil {
		return nil, info, err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, info, err
	}
	if len(text) > maxFile {
		return nil, info, fmt.Errorf("%s: %w: larger than %d bytes", path, ErrInvalidKeyring, maxFile)
	}
	ring, err := decodeKeyring(text)
	if err != nil {
		return nil, info, fmt.Errorf("%s: %w", path, err)
	}
	return ring, info, nil
}

func checkFile(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %w: not a regular file", path, ErrInvalidKeyring)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s: %w: its mode is %04o; run: chmod 600 %s", path, ErrInsecureMode, mode, path)
	}
	return nil
}

// Save writes the ring to path with mode 0600. Readers see the whole old file or
// the whole new one, also after a power failure. The new file has the owner of
// the old one. If path is a symbolic link, its target is replaced.
//
// Save does not compare what it replaces: of two processes that load, rotate and
// save at the same time, one loses its rotation.
func (k *Keyring) Save(path string) error {
	if err := k.save(path); err != nil {
		return fmt.Errorf("save keyring: %w", err)
	}
	return nil
}

func (k *Keyring) save(path string) error {
	target, err := filepath.EvalSymlinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		target = path
	case err != nil:
		return err
	}
	written, err := k.writeBeside(target)
	if err != nil {
		return err
	}
	if err := keepOwner(target, written); err != nil {
		return errors.Join(err, os.Remove(written))
	}
	if err := os.Rename(written, target); err != nil {
		return errors.Join(err, os.Remove(written))
	}
	return syncDir(filepath.Dir(target))
}

// LoadOrCreate loads the keyring at path, or makes one there if nothing is
// there, and tells whether it made it. Of several processes that do this at
// once, one makes the ring and all return that one. The directory must exist and
// its file system must know hard links.
func LoadOrCreate(path string, random io.Reader, now time.Time) (ring *Keyring, created bool, err error) {
	ring, err = Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return ring, false, err
	}
	ring, err = NewKeyring(random, now)
	if err != nil {
		return nil, false, err
	}
	err = ring.create(path)
	if errors.Is(err, fs.ErrExist) {
		ring, err = Load(path)
		return ring, false, err
	}
	if err != nil {
		return nil, false, fmt.Errorf("create keyring: %w", err)
	}
	return ring, true, nil
}

// create writes the ring to path unless something is there (fs.ErrExist).
func (k *Keyring) create(path string) error {
	written, err := k.writeBeside(path)
	if err != nil {
		return err
	}
	// A rename would replace a file that another process has created meanwhile. An
	// exclusive open would show others an unfinished file. A link is exclusive, and
	// the file is complete.
	if err := errors.Join(os.Link(written, path), os.Remove(written)); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// writeBeside writes the ring to a new file in the directory of path, flushes it
// to the disk and returns its name.
func (k *Keyring) writeBeside(path string) (string, error) {
	text, err := k.encode()
	if err != nil {
		return "", err
	}
	if len(text) > maxFile { // nobody could read it
		return "", fmt.Errorf("%w: %d keys", ErrFull, len(k.specs))
	}
	// CreateTemp opens exclusively and with mode 0600.
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// syncDir makes a rename or a link in dir survive a power failure.
func syncDir(dir string) error {
	opened, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}
