package httpx

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
)

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
