package config

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Address is where one server of a backend listens.
type Address struct {
	// Text is the address as configured: its name in figures and errors.
	Text string
	// Network is tcp or unix.
	Network string
	// Dial is host:port, or the path of a socket.
	Dial string
	// Host is host[:port] as configured, for Host fields; localhost for a socket.
	Host string
	TLS  bool
}

// ParseAddress reads http://host[:port], https://host[:port] or unix:/path. A path in a URL is refused: it would make
// the forwarded path differ from the decided one.
func ParseAddress(s string) (Address, error) {
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		if !strings.HasPrefix(path, "/") || len(path) > maxSocketPath {
			return Address{}, fmt.Errorf("%q is not a socket: want unix: and an absolute path of at most %d bytes", s, maxSocketPath)
		}
		return Address{Text: s, Network: "unix", Dial: path, Host: "localhost"}, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return Address{}, fmt.Errorf("%q is not an address: want http://host:port, https://host:port or unix:/path", s)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return Address{}, fmt.Errorf("%q has more than scheme, host and port: the visitor's path is forwarded as it is", u.Redacted())
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	a := Address{Text: s, Network: "tcp", Dial: net.JoinHostPort(u.Hostname(), port), Host: u.Host, TLS: u.Scheme == "https"}
	if err := checkHostPort(a.Dial, true); err != nil {
		return Address{}, fmt.Errorf("%q: %w", s, err)
	}
	return a, nil
}
