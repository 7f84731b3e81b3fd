package gateway

import (
	"bytes"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/proxy"
)

// What browsers and other programs send without cookies by design stands beside the line: nobody's pass can come with it, and
// it is no arrival. It goes to the site without one, where it cannot be used to see what people wait for: it is small, its
// cookies are left out, and it is limited per network and in all.

// aside is what a request is that stands beside the line.
type aside uint8

const (
	// asideNone: it does not.
	asideNone aside = iota
	// asidePreflight asks whether a page of another origin may send a request (Fetch §3.2.2). Its answer is in the head, so
	// the body is left out.
	asidePreflight
	// asideFile asks for what is said of a whole host: robots.txt (RFC 9309) or a well-known URI (RFC 8615).
	asideFile
	// asideAsset asks for a file of a kind that the room has open. No page is one, and the site has to say that its answer is none.
	asideAsset
	// asidePage asks for a page that the foot of ours leads to.
	asidePage
	// asideOdd asks for more than a file where files are.
	asideOdd
)

// onlyReads reports whether a request asks for something, sends nothing and stays a request.
func onlyReads(v *httpx.Visit) bool {
	return (v.Method() == http.MethodGet || v.Method() == http.MethodHead) && v.ContentLength() == 0 && v.Header("Upgrade") == nil
}

// asideOf says what a visit is to the room.
func (r *Room) asideOf(v *httpx.Visit) aside {
	path := v.Path()
	switch {
	case r.table.opens(v):
		return asidePage
	case r.files.Has(path) && onlyReads(v) && !v.ReadsHTML():
		return asideAsset
	case v.Method() == http.MethodOptions:
		if v.ContentLength() == 0 && v.Header("Origin") != nil && v.Header("Access-Control-Request-Method") != nil && v.Header("Upgrade") == nil {
			return asidePreflight
		}
		return asideNone
	case string(path) != "/robots.txt" && !bytes.HasPrefix(path, wellKnown), sends(v.Method()):
		return asideNone
	case !onlyReads(v),
		// A site's router may take the page to show from the query.
		v.Query() != nil,
		!isPlainFile(path[1:]):
		return asideOdd
	default:
		return asideFile
	}
}

var wellKnown = []byte("/.well-known/")

// isPlainFile reports whether every server reads a path in the same way: letters, digits and a few marks in segments that
// are not empty, of which only the first may begin with a dot.
func isPlainFile(path []byte) bool {
	for i, c := range path {
		switch {
		case c == '/', c == '.' && i > 0:
			if i == 0 || path[i-1] == '/' {
				return false
			}
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_', c == '~':
		default:
			return false
		}
	}
	return true
}

// Limits of what stands beside the line. A network may be a school or a company, all of whose people work in the site, and
// each of its scripts' requests may have a preflight.
const (
	// AsideRate is requests a minute per network, and AsideBurst how many may come at once.
	AsideRate, AsideBurst = 600, 300
	// asidesAtOnce is how many a room's site works on at once.
	asidesAtOnce = 16
)

// asides counts those of a room that are under way.
type asides struct{ n atomic.Int64 }

func (a *asides) enter() bool {
	if a.n.Add(1) <= asidesAtOnce {
		return true
	}
	a.n.Add(-1)
	return false
}

// Ended is the end of one.
func (a *asides) Ended() { a.n.Add(-1) }

// forwardAside sends on what stands beside the line, within its limits.
func (e *exchange) forwardAside() {
	g, r, v := e.g, e.r, e.v
	after := time.Second
	ok := true
	if g.Asides != nil {
		ok, after = g.Asides.Allow(v.ClientIP(), v.Now())
	}
	if !ok || !r.asides.enter() {
		r.Metrics.Visit(metrics.Limited)
		e.refuseAside(max(after, time.Second))
		return
	}
	v.WhenAnswered(&r.asides)
	r.Metrics.Visit(metrics.Unguarded)
	opt := proxy.Options{StripCookies: everyCookie, HeadOnly: e.aside == asidePreflight}
	if failed := g.forward(r, v, opt); failed != nil {
		g.answerFailure(r, v, failed, false)
	}
}

// forwardAsset sends a request for an open file on. Without cookies, so that the site takes it for nobody's; and what is not such
// a file is answered as to anybody without a pass.
func (e *exchange) forwardAsset() {
	g, r, v := e.g, e.r, e.v
	r.Metrics.Visit(metrics.Unguarded)
	failed := g.forward(r, v, proxy.Options{StripCookies: everyCookie, Takes: func(h proxy.Head) bool {
		return r.files.IsOne(v.Path(), h.Status(), h.Field("content-type"))
	}})
	switch {
	case failed == nil:
	case errors.Is(failed.err, proxy.ErrUnwanted):
		e.tellScript(429, "no-pass")
	default:
		g.answerFailure(r, v, failed, false)
	}
}

func everyCookie([]byte) bool { return true }
