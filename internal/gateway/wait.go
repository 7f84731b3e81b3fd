package gateway

import (
	"bytes"
	"strings"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// The waiting page does not load the site's URLs by itself: a browser that keeps no cookies would be an arrival each
// time. It loads an own URL that says where its bearer stands, leads on who is inside, and numbers nobody.

// toParam introduces where an own URL leads in the end. It is the last parameter, and everything behind it is the
// target as it was sent: nothing is escaped, so the URL is no longer than it must be.
const toParam = "&to="

// own is an own URL of this room that leads to a target; mark is more of its query. One that would be longer than what
// a visitor may ask for leads to the target's path, or to the root.
func (g *Gateway) own(r *Room, v *httpx.Visit, name, mark, to string) string {
	base := g.Prefix + "/" + name + "?room=" + r.ID + mark + toParam
	if len(base)+len(to) > v.MaxTarget() {
		to, _, _ = strings.Cut(to, "?")
	}
	if len(base)+len(to) > v.MaxTarget() {
		to = "/"
	}
	return base + to
}

// waitURL is the own URL of the waiting page.
func (g *Gateway) waitURL(r *Room, v *httpx.Visit, to string) string {
	return g.own(r, v, "wait", "", to)
}

// target reads from an own URL's query where it leads: a path on this host, never one of our own.
func (g *Gateway) target(query []byte) string {
	_, to, found := bytes.Cut(query, []byte(toParam))
	if !found || len(to) == 0 || to[0] != '/' || bytes.HasPrefix(to, g.prefix) {
		return "/"
	}
	return onThisHost(string(to))
}

// keptMark in the URL says that the browser was given a cookie just before.
const keptMark = "&kept=1"

// serveWait tells a visitor's standing as a page, or leads on.
func (g *Gateway) serveWait(r *Room, v *httpx.Visit) {
	c := r.read(v)
	switch {
	case v.Speculative():
		g.guessed(r, v)
		return
	case !v.ReadsHTML():
		g.wait429(r, v, "no-page", "This is a page")
		return
	}
	to := g.target(v.Query())
	switch c.kind {
	case carriesPass:
		if !r.Line.Touch(queue.VisitorID(c.pass.Visitor), r.stayLimit(&c.pass)) {
			g.over(r, v, web.EndedStay, to)
			return
		}
		v.Answer(303, "", nil, "Location", to, "Einlass-State", "inside")
	case carriesEndedPass:
		g.over(r, v, web.EndedStay, to)
	case carriesTicket:
		if !g.serveTicket(r, v, &c.ticket, to) {
			g.over(r, v, web.EndedUsed, to)
		}
	case carriesPress:
		g.number(r, v, to)
	case carriesLeft:
		g.over(r, v, web.EndedLeft, to)
	case carriesNothing:
		g.placeless(r, v, to)
	}
}

// placeless tells somebody without a place whether that is because the browser keeps no cookies. One that sends none is
// given one, and asked again: whether it comes back is the only sure sign.
func (g *Gateway) placeless(r *Room, v *httpx.Visit, to string) {
	switch {
	case len(v.Cookie(r.cookies.token[index(v.Secure())])) > 0:
		g.over(r, v, web.EndedUnknown, to)
	case bytes.Contains(v.Query(), []byte(keptMark+toParam)):
		r.Metrics.Visit(metrics.Page)
		r.setWord(v, wordTry) // for a reload after they were allowed
		v.Answer(200, web.HTMLType, r.Pages.AppendCookies(nil, g.lang(r, v), to), r.headers...)
	default:
		r.setWord(v, wordTry)
		v.Answer(303, "", nil, "Location", g.own(r, v, "wait", keptMark, to))
	}
}

// over tells why there is no place, with a button to line up again.
func (g *Gateway) over(r *Room, v *httpx.Visit, why web.Ending, to string) {
	r.Metrics.Visit(metrics.Page)
	v.Answer(200, web.HTMLType, r.Pages.AppendOver(nil, g.lang(r, v), why, to), r.headers...)
}
