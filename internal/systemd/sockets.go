package systemd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Socket is a listening socket that the manager opened. It stays the manager's: closing the listener removes no file.
type Socket struct {
	Name string // FileDescriptorName= of the unit
	net.Listener
}

// firstFD is the descriptor of the first socket, SD_LISTEN_FDS_START.
const firstFD = 3

// Sockets takes over the sockets of LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES, which it reads with getenv; none if they are for another
// process than pid. An error names each socket that is not one to accept connections at. It is called once: the descriptors are closed,
// the listeners have others.
func Sockets(getenv func(string) string, pid int) ([]Socket, error) {
	if getenv("LISTEN_FDS") == "" || getenv("LISTEN_PID") != strconv.Itoa(pid) {
		return nil, nil
	}
	n, err := strconv.Atoi(getenv("LISTEN_FDS"))
	if err != nil || n < 0 || n > 1024 {
		return nil, fmt.Errorf("LISTEN_FDS: %q is no number of sockets", getenv("LISTEN_FDS"))
	}
	names := strings.Split(getenv("LISTEN_FDNAMES"), ":")
	var all []Socket
	var errs []error
	for i := range n {
		name := "unnamed"
		if i < len(names) && names[i] != "" {
			name = names[i]
		}
		ln, err := Listener(os.NewFile(uintptr(firstFD+i), name))
		if err != nil {
			errs = append(errs, fmt.Errorf("socket %d (%s) of the service manager: %w", i+1, name, err))
			continue
		}
		all = append(all, Socket{name, ln})
	}
	if err := errors.Join(errs...); err != nil {
		for _, s := range all {
			err = errors.Join(err, s.Close())
		}
		return nil, err
	}
	return all, nil
}

// Listener makes a listener of an inherited descriptor, which it closes.
func Listener(f *os.File) (net.Listener, error) {
	defer func() { _ = f.Close() }()
	fd := int(f.Fd())
	kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return nil, fmt.Errorf("it is no socket: %w", os.NewSyscallError("getsockopt", err))
	}
	accepts, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if err != nil || kind != unix.SOCK_STREAM || accepts != 1 {
		return nil, errors.New("it is not a stream socket that listens: use ListenStream= and Accept=no")
	}
	return net.FileListener(f)
}
