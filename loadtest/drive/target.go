package drive

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrForeign: the target is not on this machine and was not confirmed.
var ErrForeign = errors.New("the target is not on this machine")

// Permit reads the address of a target, scheme, host and port. One that is not a loopback address is refused with
// ErrForeign unless confirmed names the same host again: load on somebody else's site is an attack.
func Permit(target, confirmed string) (*url.URL, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("target: must be http or https, host and port, without a path, is %q", target)
	}
	if isLoopback(u.Hostname()) {
		return u, nil
	}
	switch confirmed {
	case u.Host, u.Hostname():
		return u, nil
	case "":
		return nil, fmt.Errorf("%w: %q; load on a site that serves the public is an attack. If it is a test installation, "+
			"say so: --yes-this-is-a-test-installation %s", ErrForeign, u.Host, u.Host)
	}
	return nil, fmt.Errorf("%w: the target is %q, but %q was confirmed", ErrForeign, u.Host, confirmed)
}

// PermitAdmin says whether the admin API may be asked, and given its token: on this machine, or on the host that was
// confirmed, whatever the port.
func PermitAdmin(admin, confirmed string) error {
	u, err := url.Parse(admin)
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	if host, _, err := net.SplitHostPort(confirmed); err == nil {
		confirmed = host
	}
	u.Path = "" // it may lie below one
	if _, err := Permit(u.String(), confirmed); err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	return nil
}

func isLoopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// dialer connects to the target and nowhere else. Safe for concurrent use.
type dialer struct {
	address  string // host:port
	loopback bool
	sources  int // how many addresses of this machine connections come from
	timeout  time.Duration

	mu    sync.Mutex
	open  map[*connection]struct{}
	ended bool
}

// connection is one that the dialer has opened.
type connection struct {
	net.Conn
	of *dialer
}

// Close closes it; the dialer need not any more.
func (c *connection) Close() error {
	c.of.mu.Lock()
	delete(c.of.open, c)
	c.of.mu.Unlock()
	return c.Conn.Close()
}

func newDialer(u *url.URL, sources int, timeout time.Duration) *dialer {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return &dialer{
		address: net.JoinHostPort(u.Hostname(), port), loopback: isLoopback(u.Hostname()), sources: sources, timeout: timeout,
		open: map[*connection]struct{}{},
	}
}

// reach says why the target cannot be connected to.
func (d *dialer) reach() error {
	conn, err := d.dial("")
	if err != nil {
		return fmt.Errorf("target: nobody answers there: %w", err)
	}
	return conn.Close()
}

// dial is fasthttp's dial function; the address it asks for is always the target's.
func (d *dialer) dial(string) (net.Conn, error) {
	nd := net.Dialer{Timeout: d.timeout}
	if d.loopback {
		nd.Control = onlyLoopback
		if d.sources > 1 {
			// Each browser of a crowd has an address of its own, limits by address are part of what is measured.
			n := rand.IntN(d.sources)
			nd.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 1, byte(n>>8), byte(n))}
		}
	}
	conn, err := nd.DialContext(context.Background(), "tcp", d.address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	c := &connection{conn, d}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		_ = conn.Close() // it was never used
		return nil, errNoConnection
	}
	d.open[c] = struct{}{}
	return c, nil
}

// cut ends every request at once, and all that are to come.
func (d *dialer) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	for c := range d.open {
		_ = c.Conn.Close() // its user gets the error
	}
}

// onlyLoopback refuses a connection that would leave this machine, whatever a name resolves to.
func onlyLoopback(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsLoopback() {
		return fmt.Errorf("%w: %q", ErrForeign, address)
	}
	return nil
}
