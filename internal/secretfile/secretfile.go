// Package secretfile reads files that hold one secret, the token of the admin API for one.
//
// A file that every user of the machine can read, or write, holds no secret and is refused. Its group may read it: packages keep such
// files as root:einlass with mode 0640, so that the service reads and only root writes. Links are followed; what
// counts is the file. A pipe counts as a file (`--token-file <(pass show gate)`).
//
// cmd/admin and cmd/gateway use it. It imports nothing of this module.
package secretfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// ErrOpen means that others than the owner and the group can read or write the file.
var ErrOpen = errors.New("others can read or write it")

// ErrEmpty means that nothing but space is in the file.
var ErrEmpty = errors.New("is empty")

// most bounds a file, in bytes.
const most = 64 << 10

// content reads a file. The error is that of the file system, names the path, or is ErrOpen with what to do. It looks at the file that it
// has open, so the file that it judges is the one that it reads.
func content(path string) ([]byte, error) {
	// Without waiting: a pipe that nobody writes to is empty, not a start that hangs.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := Check(path, info); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("%s: is larger than %d bytes", path, most)
	}
	return text, err
}

// Check is the rule by itself, for who has read the file already.
func Check(path string, info fs.FileInfo) error {
	if mode := info.Mode(); mode.IsDir() {
		return fmt.Errorf("%s: is a directory", path)
	} else if mode.Perm()&0o007 != 0 {
		return fmt.Errorf("%s: %w (mode %04o); run: chmod o= %s", path, ErrOpen, mode.Perm(), path)
	}
	return nil
}

// Read is the secret in a file, without the space around it. One that is empty is ErrEmpty.
func Read(path string) (string, error) {
	text, err := content(path)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" {
		return "", fmt.Errorf("%s: %w", path, ErrEmpty)
	}
	return secret, nil
}
