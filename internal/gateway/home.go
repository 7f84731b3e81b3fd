package gateway

import (
	"net/netip"
	"strings"

	"github.com/einlass/einlass/internal/httpx"
)

// A room that has several names, or can be reached with TLS and without, has one cookie at each of them: whoever waits at one
// has no place at another. So numbers are given at one of them, its home, and a page load elsewhere is sent there first.

// Home is where a room gives numbers. The zero value is: wherever its visitors come.
type Home struct {
	// Host is the name, in lower case and without port; empty: any that the room has.
	Host string
	// TLS says that it is by TLS only.
	TLS bool
	// Port is that of URLs that lead there, by TLS if TLS is set; empty: the scheme's own.
	Port string
}

// elsewhere reports whether a visit is not at home.
func (r *Room) elsewhere(v *httpx.Visit) bool {
	h := &r.Home
	if v.Host() == "" {
		return false // there is no URL to send anybody to
	}
	return h.Host != "" && v.Host() != h.Host || h.TLS && !v.Secure()
}

// homeURL is the URL of a path at home, for a visitor who is elsewhere.
func (r *Room) homeURL(v *httpx.Visit, path string) string {
	h := &r.Home
	host, port := h.Host, h.Port
	if host == "" {
		host = v.Host()
	}
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is6() {
		host = "[" + host + "]"
	}
	scheme := "http"
	switch {
	case h.TLS:
		scheme = "https"
	case v.Secure():
		scheme, port = "https", "" // the port is of the other scheme
	}
	if port != "" {
		port = ":" + port
	}
	return scheme + "://" + host + port + path
}

// goHome leads to what was asked for, at home. If it has another name, by way of an own URL there: a stay that has begun
// there is handed over to this host, see handOver.
func (e *exchange) goHome() {
	if e.purpose == reading {
		e.leadTo(e.r.homeURL(e.v, asked(e.v))) // with the code that stands in it
		return
	}
	to := e.target()
	if e.nonce != "" {
		mark := "&host=" + authority(e.v) + "&proof=" + proofOf([]byte(e.nonce))
		if by := e.g.ownURL(e.r, e.v, "home", mark, to); strings.HasSuffix(by, to) {
			to = by
		}
	}
	e.leadTo(e.r.homeURL(e.v, to))
}
