package gateway

import (
	"bytes"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/probe"
)

// healthName is the own URL by which a proxy in front asks whether this gateway should get visitors. It is called as on the
// listener of the operators.
const healthName = "readyz"

const plainText = "text/plain; charset=utf-8"

// Anywhere answers the own URLs that are about this process and about no room: at any host or at none, and with TLS or without.
// A load balancer names itself, an address or nothing (HTTP/1.0), and asks without TLS. All other visits go on to next. Put it
// before httpx.RedirectToHTTPS.
func (g *Gateway) Anywhere(next httpx.Handler) httpx.Handler {
	return func(v *httpx.Visit) {
		name, own := bytes.CutPrefix(v.Path(), g.prefix)
		if !own {
			next(v)
			return
		}
		switch string(name) {
		case healthName:
			g.serveHealth(v)
			return
		case probe.Name:
			if g.serveProbe(v) {
				return
			}
		}
		next(v)
	}
}

// serveHealth says whether this gateway should get visitors, and nothing about why not.
func (g *Gateway) serveHealth(v *httpx.Visit) {
	switch {
	case v.Method() != "HEAD" && !g.methodIs(v, "GET"):
	case g.Ready != nil && !g.Ready():
		plain(v, 503, plainText, []byte("not ready\n"))
	default:
		plain(v, 200, plainText, []byte("ready\n"))
	}
}
