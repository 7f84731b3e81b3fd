package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/handover"
	"github.com/einlass/einlass/internal/systemd"
)

// given are listening sockets that somebody opened before this process: the service manager, or the gateway whose successor this process
// is. The zero value has none.
type given struct{ sockets []givenSocket }

// givenSocket is one of them. Of the service manager's, path and text are empty: they are told by their addresses.
type givenSocket struct {
	path, text string // the key of the configuration that it was opened for, and its value
	name       string
	managed    bool // it is the service manager's, perhaps by way of a predecessor
	net.Listener
}

// ofManager are the sockets of socket activation.
func ofManager(sockets []systemd.Socket) given {
	var g given
	for _, s := range sockets {
		g.sockets = append(g.sockets, givenSocket{name: s.Name, managed: true, Listener: s.Listener})
	}
	return g
}

// ofPredecessor are the sockets of the gateway whose successor this process is.
func ofPredecessor(sockets []handover.Given) given {
	var g given
	for _, s := range sockets {
		g.sockets = append(g.sockets, givenSocket{path: s.Path, text: s.Text, managed: s.Managed, Listener: s.Listener})
	}
	return g
}

// take is the socket for the value of a key, nil if none was given, and whether it is the service manager's. A value of network "unix" is
// a path.
func (g *given) take(path, network, value string) (ln net.Listener, managed bool) {
	for i, s := range g.sockets {
		if s.path != "" && (s.path != path || s.text != value) || s.path == "" && !listensAt(s.Addr(), network, value) {
			continue
		}
		g.sockets = slices.Delete(g.sockets, i, i+1)
		return s.Listener, s.managed
	}
	return nil, false
}

// listensAt reports whether a socket has the address that a configuration names.
func listensAt(at net.Addr, network, value string) bool {
	if network == "unix" || at.Network() == "unix" {
		return at.Network() == network && at.String() == value
	}
	have, ok := at.(*net.TCPAddr)
	want, err := net.ResolveTCPAddr("tcp", value)
	if !ok || err != nil || have.Port != want.Port {
		return false
	}
	everywhere := func(ip net.IP) bool { return len(ip) == 0 || ip.IsUnspecified() }
	return have.IP.Equal(want.IP) || everywhere(have.IP) && everywhere(want.IP)
}

// unused closes what no listener of the configuration has taken. Of the service manager's sockets it is an error: visitors would connect
// to a socket that nobody answers at. A former gateway's are not: the configuration has others now.
func (g *given) unused(listeners []string) error {
	var errs []error
	for _, s := range g.sockets {
		if s.path == "" {
			errs = append(errs, fmt.Errorf("the service manager gave a socket (%s) at %s, and the configuration listens at %s: make ListenStream= of the socket unit and the configuration the same",
				s.name, s.Addr(), strings.Join(listeners, ", ")))
		}
		if err := s.Close(); err != nil {
			errs = append(errs, err)
		}
	}
	g.sockets = nil
	return errors.Join(errs...)
}
