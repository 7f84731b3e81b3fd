package gateway

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/route"
)

// The waiting page does not load the site's URLs by itself: a browser that keeps no cookies would be an arrival each
// time. It loads an own URL that says where its bearer stands, leads a visitor inside on, and gives no number.

// toParam introduces where an own URL leads in the end. It is the last parameter, and everything behind it is the
// target as it was sent: nothing is escaped, so the URL is no longer than it must be.
const toParam = "&to="

// ownQuery is the query of an own URL without the target that it leads to: what follows is the target's.
func ownQuery(query []byte) []byte {
	own, _, _ := bytes.Cut(query, []byte(toParam))
	return own
}

// ownURL is an own URL of this room that leads to a target; mark is more of its query. One that would be longer than what
// a visitor may ask for leads to the target's path, or to the root.
func (g *Gateway) ownURL(r *Room, v *httpx.Visit, name, mark, to string) string {
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
	return g.ownURL(r, v, "wait", "", to)
}

// target reads from an own URL's query where it leads: a path on this host, never one of our own.
func (g *Gateway) target(query []byte) string {
	_, to, found := bytes.Cut(query, []byte(toParam))
	if !found || len(to) == 0 || to[0] != '/' || bytes.HasPrefix(to, g.prefix) {
		return "/"
	}
	return httpx.OnThisHost(string(to))
}

// onward is the own URL by way of which an arrival that went straight in follows the site's redirect to a page that needs
// a pass. Whether the browser keeps the pass is not known yet: without it each step of a chain of redirects would be an
// arrival, and a site that misses its own cookie can redirect twenty times. Empty: the redirect leads elsewhere.
func (g *Gateway) onward(r *Room, v *httpx.Visit, location string) string {
	base := url.URL{Scheme: v.Scheme(), Host: string(v.HostPort()), Path: "/"}
	if from, err := url.Parse(httpx.OnThisHost(string(v.Path()))); err == nil {
		base.Path, base.RawPath = from.Path, from.RawPath
	}
	u, err := base.Parse(location)
	if err != nil || u.Scheme != base.Scheme || !strings.EqualFold(u.Host, base.Host) || u.User != nil {
		return ""
	}
	to := httpx.OnThisHost(u.RequestURI())
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

// cookieGiven reports whether an own URL has the mark.
func cookieGiven(query []byte) bool { return bytes.Contains(query, []byte(keptMark+toParam)) }

// target is where the visitor goes in the end. It is read once: a page names it up to three times. The purpose must be known.
func (e *exchange) target() string {
	if e.goal != "" {
		return e.goal
	}
	switch e.purpose {
	case visiting:
		e.goal = e.g.wanted(e.v)
	case leaving:
		e.goal = e.g.backTo(e.v)
	default:
		e.goal = e.g.target(e.v.Query())
	}
	return e.goal
}

// asked is the URL that was asked for, as a reference that leads back to it and nowhere else.
func asked(v *httpx.Visit) string { return httpx.OnThisHost(string(v.Target())) }

// wanted is where a request for a URL of the site leads: there, or, if that would be sending a form again, back
// to the page that held it.
func (g *Gateway) wanted(v *httpx.Visit) string {
	if sends(v.Method()) {
		return g.backTo(v)
	}
	return asked(v)
}

// backTo is the path of the page a request came from, if that was on this host; else the root. A page of our own stands
// for what it leads to.
func (g *Gateway) backTo(v *httpx.Visit) string {
	u := pageBefore(v)
	if u == nil {
		return "/"
	}
	if from := u.RequestURI(); !strings.HasPrefix(from, string(g.prefix)) {
		return httpx.OnThisHost(from)
	}
	return g.target([]byte(u.RawQuery))
}

// pageBefore is the URL of the page that a request came from, if that was of this origin, see ofThisOrigin; else nil.
func pageBefore(v *httpx.Visit) *url.URL {
	page := string(v.Header("Referer"))
	u, err := url.Parse(page)
	if err != nil || !ofThisOrigin(v, page) || !strings.HasPrefix(u.Path, "/") {
		return nil
	}
	return u
}
