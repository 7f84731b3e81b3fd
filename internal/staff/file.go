package staff

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// FileName is how the file is called, beside the keyring.
const FileName = "staff.json"

// ErrOpen means that others than the owner can read or write a file.
var ErrOpen = errors.New("others than its owner can read or write it")

// Load reads a file. Errors are ErrInvalid, ErrOpen with the command that mends it, and fs.ErrNotExist.
func Load(path string) (*Roll, error) {
	r, _, err := load(path)
	return r, err
}

// load also says what the file is that it has read, nil if it could not be opened.
func load(path string) (*Roll, fs.FileInfo, error) {
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
	switch mode := info.Mode(); {
	case !mode.IsRegular():
		return nil, info, fmt.Errorf("%s: %w: it is not a regular file", path, ErrInvalid)
	case mode.Perm()&0o077 != 0:
		return nil, info, fmt.Errorf("%s: %w (mode %04o); run: chmod 600 %s", path, ErrOpen, mode.Perm(), path)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, info, err
	}
	if len(text) > maxFile {
		return nil, info, fmt.Errorf("%s: %w: larger than %d bytes", path, ErrInvalid, maxFile)
	}
	r, err := Decode(text)
	if err != nil {
		return nil, info, fmt.Errorf("%s: %w", path, err)
	}
	return r, info, nil
}

// LoadOrEmpty is Load, or a roll without anybody if there is no file.
func LoadOrEmpty(path string) (*Roll, error) {
	r, err := Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Roll{Version: version, Tokens: []Token{}, Users: []User{}}, nil
	}
	return r, err
}

// Save writes the file with mode 0600. Readers see the whole old file or the whole new one, also after a power failure. It has the owner of the
// file before, or that of the directory, so that root may write what a service reads. Change keeps what another process does at the same time.
func (r *Roll) Save(path string) error {
	if err := r.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return write(path, append(text, '\n'))
}

func write(path string, text []byte) (err error) {
	target, err := filepath.EvalSymlinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		target = path
	case err != nil:
		return err
	}
	dir := filepath.Dir(target)
	file, err := os.CreateTemp(dir, "."+filepath.Base(target)+".*") // exclusively, with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := giveTo(file.Name(), target, dir); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), target); err != nil {
		return err
	}
	opened, err := os.Open(dir) // a rename survives a power failure when the directory is on the disk
	if err != nil {
		return nil // the file is there; not every directory that can be written to can be read
	}
	return errors.Join(opened.Sync(), opened.Close())
}

// giveTo gives a file that root has written to the owner of the first path that there is.
func giveTo(file string, paths ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); ok {
			return os.Lchown(file, int(owner.Uid), int(owner.Gid))
		}
	}
	return nil
}
