package proxy

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// address is where one origin server listens.
type address struct {
	text    string // as configured: the name in Status and in errors
	network string // "tcp" or "unix"
	dial    string // what net.Dialer takes
	host    string // for the health check's Host field and as default server name
	tls     bool
}

// parseAddress reads http://host[:port], https://host[:port] or unix:/path. A path in
// a URL is refused: it would make the forwarded path differ from the decided one.
func parseAddress(text string) (address, error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if !strings.HasPrefix(path, "/") {
			return address{}, fmt.Errorf("%q: a socket is named by its absolute path: unix:/path", text)
		}
		return address{text: text, network: "unix", dial: path, host: "localhost"}, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return address{}, fmt.Errorf("%q is not http://host:port, https://host:port or unix:/path", text)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return address{}, fmt.Errorf("%q: only scheme, host and port are accepted (the path is the visitor's)", text)
	}
	a := address{text: text, network: "tcp", host: u.Host, tls: u.Scheme == "https"}
	port := u.Port()
	if port == "" {
		port = "80"
		if a.tls {
			port = "443"
		}
	}
	a.dial = net.JoinHostPort(u.Hostname(), port)
	return a, nil
}
