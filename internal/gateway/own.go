package gateway

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
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
	if string(name) == "client.js" {
		if v.Method() == "HEAD" || g.methodIs(v, "GET") {
			g.serveClient(v)
		}
		return
	}
	if kind, ok := bytes.CutPrefix(name, []byte("problems/")); ok {
		if v.Method() == "HEAD" || g.methodIs(v, "GET") {
			g.explain(v, string(kind))
		}
		return
	}
	r := g.findOwn(v, param(v.Query(), "room"))
	if r == nil {
		g.missing(v, 404, "unknown-room")
		return
	}
	defer r.leave()
	e := exchange{g: g, r: r, v: v}
	switch string(name) {
	case "jwks.json":
		if v.Method() == "HEAD" || e.methodIs("GET") {
			e.answerKeys()
		}
	case "draw", "draw.json":
		if v.Method() == "HEAD" || e.methodIs("GET") {
			e.serveDraw(string(name) == "draw" && v.ReadsHTML())
		}
	case "next.ics":
		if v.Method() == "HEAD" || e.methodIs("GET") {
			e.serveNext()
		}
	case "status":
		if e.methodIs("GET") {
			e.serveStatus()
		}
	case "wait":
		if e.methodIs("GET") {
			g.serve(r, v, standing)
		}
	case "door":
		e.serveDoor()
	case "language":
		if e.methodIs("GET") {
			e.serveLanguage()
		}
	case "home":
		if e.methodIs("GET") {
			e.serveHome()
		}
	case "hand":
		if e.methodIs("GET") {
			e.serveHand()
		}
	case "ask":
		if e.methodIs("POST") {
			e.serveKnock()
		}
	case "join", "leave":
		e.servePress(string(name) == "join")
	case "place":
		if e.methodIs("GET") {
			e.serveFindPlace()
		}
	case "move":
		e.serveMove()
	case "take":
		e.serveTake()
	case stillName:
		e.serveStill()
	case "away":
		if e.methodIs("POST") {
			e.serveAway()
		}
	case "closed", "here", "done":
		if e.methodIs("POST") {
			e.serveClosed(string(name))
		}
	default:
		if v.ReadsHTML() {
			g.refuse(r, v, 404, "not-found")
			return
		}
		g.missing(v, 404, "not-found")
	}
}

// serveClient sends the script that pages of a site include. One that names a room which is not there would do nothing and say
// nothing, so whoever includes it is told here.
func (g *Gateway) serveClient(v *httpx.Visit) {
	if id := param(v.Query(), "room"); len(id) > 0 {
		r := g.findOwn(v, id)
		if r == nil {
			g.missing(v, 404, "unknown-room")
			return
		}
		r.leave()
	}
	g.answerClient(v)
}

func (g *Gateway) serveAsset(v *httpx.Visit, name []byte) {
	asset, ok := g.Library.Asset(name)
	if !ok {
		g.missing(v, 404, "not-found")
		return
	}
	g.answerAsset(v, &asset)
}

// serveStatus answers a poll, from memory.
func (e *exchange) serveStatus() {
	e.r.Metrics.Visit(metrics.Poll)
	e.readCookie()
	status := web.Status{State: web.None, Ahead: -1}
	switch {
	case e.r.through(), e.carries == carriesPass:
		status.State = web.Inside
	case e.carries == carriesTicket:
		b := e.r.beatOf(&e.ticket)
		shown := e.r.shownByPoll(e.v, e.r.Line.View().Number(&b.Place))
		a := e.r.Line.PollBeat(b, shown)
		status = e.r.statusOf(&a, shown)
		e.sayChance(&a, &status, true)
		if a.Drawn != "" {
			status.Code = e.r.codeOf(&b.Place, status.Number) // the page may be of before the draw
		}
		if err := e.r.keepTicket(e.v, &e.ticket, &a); err != nil {
			e.g.failed(e.r, e.v, "ticket not renewed", err)
			return
		}
	case e.carries == carriesEndedPass && e.resumable:
		a := e.r.resuming()
		status = e.r.statusOf(&a, -1)
	case e.awaitsStore():
		status = web.Status{State: web.NoStore, Ahead: -1, Next: spread(askAgain)}
	}
	e.answerStatus(&status)
}

// awaitsStore reports whether the poll of a page that says so goes on waiting for the store. One in eight is sent to load the page again all the
// same: a room may let people in without its store.
func (e *exchange) awaitsStore() bool {
	v := e.r.Line.View()
	return (v.Stale != 0 || !v.Known) && string(param(e.v.Query(), "as")) == web.NoStore.String() && rand.N(8) > 0
}

// serveKnock asks for a page at the door, by its script, whether it can go in now.
func (e *exchange) serveKnock() {
	if !sameOrigin(e.v) {
		e.g.problem(e.v, 403, "other-origin", "This is not for other sites", nil)
		return
	}
	e.g.serve(e.r, e.v, knocking)
}

// servePress does what a button of our own pages asks for: join takes a number, leave gives the place up. The answer
// leads to a page that can be loaded again; so does the button's own URL when somebody comes back to it. That our own
// page sent the form is what makes it a press: only pages of this host can, and a page of another host cannot press for
// its reader. Sec-Fetch-User would say it too, but Safari does not send it.
func (e *exchange) servePress(join bool) {
	if e.purpose = leaving; join {
		e.purpose = pressing
	}
	switch {
	case e.v.Method() == "GET":
		e.lead(&decision{act: wait, to: toWait})
	case !e.methodIs("POST"):
	case !sameOrigin(e.v):
		e.g.refuse(e.r, e.v, 403, "other-origin")
	case join:
		e.g.serve(e.r, e.v, pressing)
	default:
		e.serveLeave()
	}
}

// serveDoor shows the page at the door, and takes what its form brings.
func (e *exchange) serveDoor() {
	switch {
	case e.v.Method() == "GET":
		e.g.serve(e.r, e.v, reading)
	case e.v.Method() != "POST":
		e.g.missing(e.v, 405, "method", "Allow", "GET, POST")
	case !sameOrigin(e.v):
		e.g.refuse(e.r, e.v, 403, "other-origin")
	default:
		e.g.serve(e.r, e.v, presenting)
	}
}

// serveLeave gives the place or the stay up.
func (e *exchange) serveLeave() {
	e.readCookie()
	var err error
	switch e.carries {
	case carriesTicket:
		err = e.r.Line.Leave(context.Background(), queue.VisitorID(e.ticket.Visitor))
	case carriesPass:
		err = e.r.Line.Leave(context.Background(), queue.VisitorID(e.pass.Visitor))
		e.r.stays.end(queue.VisitorID(e.pass.Visitor))
	case carriesNothing, carriesEndedPass, carriesLeft, carriesPress:
	}
	if err != nil && !errors.Is(err, queue.ErrUnavailable) {
		e.g.failed(e.r, e.v, "place not given up", err)
		return
	}
	e.carryOut(&decision{act: wait, answer: answerLead, to: toWait, cookie: cookieLeft, count: metrics.Left})
}

// serveAway takes note that the page was closed.
func (e *exchange) serveAway() {
	if !sameOrigin(e.v) {
		e.g.problem(e.v, 403, "other-origin", "This is not for other sites", nil)
		return
	}
	if e.readCookie(); e.carries == carriesTicket {
		e.r.Line.AwayBeat(e.r.beatOf(&e.ticket))
	}
	e.done()
}

func (e *exchange) methodIs(method string) bool { return e.g.methodIs(e.v, method) }

func (g *Gateway) methodIs(v *httpx.Visit, method string) bool {
	if v.Method() == method {
		return true
	}
	g.missing(v, 405, "method", "Allow", method)
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

// sameOrigin reports whether a state-changing request came from a page of this host. Browsers say so in Sec-Fetch-Site, older ones in
// Origin, and before Firefox 70 and in Internet Explorer a form of the same host has the Referer alone, which no other page can write.
func sameOrigin(v *httpx.Visit) bool {
	if len(v.Header("Sec-Fetch-Site")) > 0 {
		return v.SameOrigin()
	}
	from := v.Header("Origin")
	if len(from) == 0 {
		from = v.Header("Referer")
	}
	return ofThisOrigin(v, string(from))
}

// ofThisOrigin reports whether a page of this host is what an Origin or a Referer names. The rule is the same for what a page may change and
// for what it may lead back to: nobody else's page chooses either. A page that came without TLS is not of an origin with TLS, as somebody on
// the way may have written it. The reverse is accepted: a proxy in front that does not say that it speaks TLS is no reason to refuse.
func ofThisOrigin(v *httpx.Visit, page string) bool {
	scheme, host, _ := strings.Cut(page, "://")
	host, _, _ = strings.Cut(host, "/")
	return (scheme == "https" || scheme == "http" && !v.Secure()) && strings.EqualFold(host, string(v.HostPort()))
}
