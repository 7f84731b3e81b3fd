package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/einlass/einlass/internal/httpx"
)

// listen opens a TCP listener. A look finds out whether the address could be bound and answers nil.
func (o *opener) listen(path, address string) (net.Listener, error) {
	if !o.look {
		ln, managed := o.given.take(path, "tcp", address)
		var err error
		if ln == nil {
			ln, err = net.Listen("tcp", address)
		}
		return o.opened(path, address, managed, ln), o.refuse(path, err)
	}
	switch err := bindable(address); {
	case errors.Is(err, unix.EADDRINUSE):
		o.warnf(path, "%s is in use: by the gateway that runs, it is hoped", address)
	case err != nil:
		return nil, o.refuse(path, fmt.Errorf("%s cannot be listened at: %w", address, err))
	}
	return nil, nil
}

// openSocket is a listening socket that is open, with the key of the configuration that it was opened for, and its value. Its listener is what
// TLS, if there is any, stands on.
type openSocket struct {
	path, text string
	managed    bool // the service manager has it too
	net.Listener
}

// opened notes a listener, for a successor. It answers nil for nil.
func (o *opener) opened(path, text string, managed bool, ln net.Listener) net.Listener {
	if ln == nil {
		return nil
	}
	o.sockets = append(o.sockets, openSocket{path, text, managed, ln})
	return ln
}

// managed reports whether the service manager has the socket of a key too.
func (o *opener) managed(path string) bool {
	return slices.ContainsFunc(o.sockets, func(s openSocket) bool { return s.path == path && s.managed })
}

// bindable says why an address cannot be bound. It binds a socket and does not listen, so that a gateway which starts in this moment
// gets the port all the same: addresses of sockets with SO_REUSEADDR, which Go sets, collide only where one listens.
func bindable(address string) error {
	a, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return err
	}
	family := unix.AF_INET6
	var to unix.Sockaddr
	if ip := a.IP.To4(); ip != nil {
		family, to = unix.AF_INET, &unix.SockaddrInet4{Port: a.Port, Addr: [4]byte(ip)}
	} else {
		six := &unix.SockaddrInet6{Port: a.Port}
		copy(six.Addr[:], a.IP)
		if a.Zone != "" {
			card, err := net.InterfaceByName(a.Zone)
			if err != nil {
				return err
			}
			six.ZoneId = uint32(card.Index)
		}
		to = six
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if errors.Is(err, unix.EAFNOSUPPORT) && a.IP == nil { // a machine without IPv6 listens at all its IPv4 addresses
		family, to = unix.AF_INET, &unix.SockaddrInet4{Port: a.Port}
		fd, err = unix.Socket(family, unix.SOCK_STREAM, 0)
	}
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	if family == unix.AF_INET6 && a.IP == nil {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0) // as net.Listen does; where it cannot, neither can we
	}
	return os.NewSyscallError("bind", unix.Bind(fd, to))
}

// listenUnix opens a Unix socket. A look finds out whether it could be made and answers nil.
func (o *opener) listenUnix(path, file string, mode os.FileMode) (net.Listener, error) {
	if !o.look {
		ln, managed := o.given.take(path, "unix", file)
		var err error
		if ln == nil {
			ln, err = httpx.ListenUnix(file, mode)
		}
		return o.opened(path, file, managed, ln), o.refuse(path, err)
	}
	inUse, err := httpx.LookUnix(file)
	if err == nil {
		err = writable(filepath.Dir(file))
	}
	if inUse {
		o.warnf(path, "%s is in use: by the gateway that runs, it is hoped", file)
	}
	return nil, o.refuse(path, err)
}
