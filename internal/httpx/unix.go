package httpx

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
)

// LookUnix reports whether a process listens at a socket, and says why ListenUnix could not take its path. It changes nothing.
func LookUnix(path string) (inUse bool, err error) {
	if c, err := new(net.Dialer).DialContext(context.Background(), "unix", path); err == nil {
		return true, c.Close()
	}
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
		_, err := os.Stat(filepath.Dir(path))
		return false, err
	case err != nil:
		return false, err
	case info.Mode()&fs.ModeSocket == 0:
		return false, fmt.Errorf("%s is there and is not a socket", path)
	}
	return false, nil
}

// ListenUnix opens a Unix socket with these permissions, in place of one that a killed process left behind. It does
// not take over a socket that a process listens at, and removes nothing that is not a socket. Closing the listener
// removes the socket.
func ListenUnix(path string, mode fs.FileMode) (net.Listener, error) {
	if c, err := new(net.Dialer).DialContext(context.Background(), "unix", path); err == nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another process", path), c.Close())
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSocket != 0 {
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, mode); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	return ln, nil
}
