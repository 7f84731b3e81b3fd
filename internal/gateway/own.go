package gateway

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// serveOwn answers the gateway's own URLs; name is what follows the prefix. They never reach a site.
func (g *Gateway) serveOwn(v *httpx.Visit, name []byte) {
	if asset, ok := bytes.CutPrefix(name, []byte("assets/")); ok {
		// The same for all rooms, and for pages that belong to none. HEAD too: the page for an interruption asks by it whether
		// we are there.
		if v.Method() == "HEAD" || g.methodIs(v, "GET") {
			g.serveAsset(v, asset)
		}
		return
	}
	query := v.Query()
	r := g.findOwn(v, param(query, "room"))
	if r == nil {
		g.problem(v, 404, "unknown-room", "There is no such room here", nil)
		return
	}
	defer r.leave()
	switch {
	case string(name) == "jwks.json":
		if v.Method() == "HEAD" || g.methodIs(v, "GET") {
			g.serveKeys(r, v)
		}
	case string(name) == "status":
		if g.methodIs(v, "GET") {
			g.serveStatus(r, v)
		}
	case string(name) == "wait":
		if g.methodIs(v, "GET") {
			g.serveWait(r, v)
		}
	case string(name) == "join", string(name) == "leave":
		g.servePress(r, v, string(name) == "join")
	case string(name) == "away":
		if g.methodIs(v, "POST") {
			g.serveAway(r, v)
		}
	default:
		g.problem(v, 404, "not-found", "There is nothing here", nil)
	}
}

// serveStatus answers a poll, from memory.
func (g *Gateway) serveStatus(r *Room, v *httpx.Visit) {
	r.Metrics.Visit(metrics.Poll)
	status := web.Status{State: web.None, Ahead: -1}
	switch c := r.read(v); c.kind {
	case carriesTicket:
		shown := r.shownByPoll(v, c.ticket.Number)
		a := r.Line.Poll(placeOf(&c.ticket), shown)
		status = statusOf(c.ticket.Number, &a, shown, r.Line.Now())
		if err := r.keepTicket(v, &c.ticket, &a); err != nil {
			g.failed(r, v, "ticket not renewed", err)
			return
		}
	case carriesPass:
		status.State = web.Inside
	case carriesNothing, carriesEndedPass, carriesLeft, carriesPress:
	}
	buf := pageBuffers.Get().(*[]byte)
	defer pageBuffers.Put(buf)
	*buf = r.Pages.AppendStatus((*buf)[:0], r.langOf(v), &status)
	v.Answer(200, web.JSONType, *buf)
}

// servePress does what a button of our own pages asks for: join takes a number, leave gives the place up. The answer
// leads to a page that can be loaded again; so does the button's own URL when somebody comes back to it.
func (g *Gateway) servePress(r *Room, v *httpx.Visit, join bool) {
	switch {
	case v.Method() == "GET" && join:
		v.Answer(303, "", nil, "Location", g.waitURL(r, v, g.target(v.Query())))
	case v.Method() == "GET":
		v.Answer(303, "", nil, "Location", g.waitURL(r, v, g.backTo(v)))
	case !g.methodIs(v, "POST"):
	case !sameOrigin(v):
		g.refuse(r, v, 403, "other-origin")
	case join:
		g.serveJoin(r, v)
	default:
		g.serveLeave(r, v)
	}
}

// serveLeave gives the place or the stay up.
func (g *Gateway) serveLeave(r *Room, v *httpx.Visit) {
	var err error
	switch c := r.read(v); c.kind {
	case carriesTicket:
		err = r.Line.Leave(context.Background(), queue.VisitorID(c.ticket.Visitor))
	case carriesPass:
		err = r.Line.Finish(context.Background(), queue.VisitorID(c.pass.Visitor))
		r.stays.end(queue.VisitorID(c.pass.Visitor))
	case carriesNothing, carriesEndedPass, carriesLeft, carriesPress:
	}
	if err != nil && !errors.Is(err, queue.ErrUnavailable) {
		g.failed(r, v, "place not given up", err)
		return
	}
	r.Metrics.Visit(metrics.Left)
	r.setWord(v, wordLeft)
	r.dropShown(v)
	v.Answer(303, "", nil, "Location", g.waitURL(r, v, g.backTo(v)))
}

// serveAway takes note that the page was closed.
func (g *Gateway) serveAway(r *Room, v *httpx.Visit) {
	if !sameOrigin(v) {
		g.problem(v, 403, "other-origin", "This is not for other sites", nil)
		return
	}
	if c := r.read(v); c.kind == carriesTicket {
		r.Line.Away(placeOf(&c.ticket))
	}
	v.Answer(204, "", nil)
}

// serveKeys publishes the public keys. Unlike our other answers this one may be cached: it is the same for everybody, and
// whoever verifies many statements need not ask for each.
func (g *Gateway) serveKeys(r *Room, v *httpx.Visit) {
	maxAge := "public, max-age=" + strconv.Itoa(int(token.MaxJWKSAge/time.Second))
	v.Answer(200, "application/jwk-set+json", r.Tokens.AppendJWKS(nil, r.now()), "Cache-Control", maxAge)
}

func (g *Gateway) serveAsset(v *httpx.Visit, name []byte) {
	asset, ok := g.Library.Asset(name)
	if !ok {
		g.problem(v, 404, "not-found", "There is nothing here", nil)
		return
	}
	headers, body, etag := asset.Headers(), asset.Body, asset.ETag
	if asset.Gzip != nil && acceptsGzip(v) {
		body, etag = asset.Gzip, asset.GzipETag
		headers = append(headers, "Content-Encoding", "gzip")
	}
	headers = append(headers, "ETag", etag)
	v.Answer(200, asset.ContentType, body, headers...)
}

// acceptsGzip reads Accept-Encoding as far as it matters: gzip is named and not refused by q=0.
func acceptsGzip(v *httpx.Visit) bool {
	for coding := range strings.SplitSeq(strings.ToLower(string(v.Header("Accept-Encoding"))), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if strings.TrimSpace(name) != "gzip" {
			continue
		}
		weight = strings.ReplaceAll(weight, " ", "")
		return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
	}
	return false
}

func (g *Gateway) methodIs(v *httpx.Visit, method string) bool {
	if v.Method() == method {
		return true
	}
	g.problem(v, 405, "method", "This method is not for this address", []string{"Allow", method})
	return false
}

// param is the first value of a query parameter, raw.
func param(query []byte, name string) []byte {
	for len(query) > 0 {
		var pair []byte
		pair, query, _ = bytes.Cut(query, []byte("&"))
		if key, value, _ := bytes.Cut(pair, []byte("=")); string(key) == name {
			return value
		}
	}
	return nil
}
