package gateway

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/route"
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

// onward is the own URL by way of which an arrival that went straight in follows the site's redirect to a page that needs
// a pass. Whether the browser keeps the pass is not known yet: without it each step of a chain of redirects would be an
// arrival, and a site that misses its own cookie can redirect twenty times. Empty: the redirect leads elsewhere.
func (g *Gateway) onward(r *Room, v *httpx.Visit, location string) string {
	base := url.URL{Scheme: v.Scheme(), Host: string(v.HostPort()), Path: "/"}
	if from, err := url.Parse(onThisHost(string(v.Path()))); err == nil {
		base.Path, base.RawPath = from.Path, from.RawPath
	}
	u, err := base.Parse(location)
	if err != nil || u.Scheme != base.Scheme || !strings.EqualFold(u.Host, base.Host) || u.User != nil {
		return ""
	}
	to := onThisHost(u.RequestURI())
	room, verdict := r.table.match(v.Host(), []byte(u.EscapedPath()))
	if verdict != route.Line || room != r || strings.HasPrefix(to, string(g.prefix)) {
		return ""
	}
	if u.Fragment != "" {
		to += "#" + u.EscapedFragment() // of our URL: the browser takes it along
	}
	if by := g.waitURL(r, v, to); strings.HasSuffix(by, to) {
		return by
	}
	return ""
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
