package gateway

import (
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// A page can load ours into a frame, an object or an embedded part of it, or send a form there, without its reader's
// knowledge: each reader of a page that many read would take a number. So in a frame a number takes a press.

// framed answers the first load in a frame. In a page of this host the press is a form of ours and all goes on in the
// frame. Another host's page could lay something of its own over our button, and browsers often keep our cookies out
// of such a frame; there the button opens a window, which nobody overlooks and where the page load is a person's.
func (g *Gateway) framed(r *Room, v *httpx.Visit) {
	r.Metrics.Visit(metrics.Page)
	to := g.wanted(v)
	if v.SameOrigin() {
		body := r.Pages.AppendPress(nil, g.lang(r, v), g.own(r, v, "join", "", to))
		v.Answer(200, web.HTMLType, body, r.pressHeaders...)
		return
	}
	v.Answer(200, web.HTMLType, r.Pages.AppendWindow(nil, g.lang(r, v), to), r.windowHeaders...)
}

// serveJoin takes a number for who pressed and has no place, and leads to the waiting page. That our own page sent the
// form is what makes it a press: only pages of this host can, and a page of another host cannot press for its reader.
// Sec-Fetch-User would say it too, but Safari does not send it.
func (g *Gateway) serveJoin(r *Room, v *httpx.Visit) {
	to := g.target(v.Query())
	if c := r.read(v); g.stands(r, &c) {
		v.Answer(303, "", nil, "Location", g.waitURL(r, v, to))
		return
	}
	g.number(r, v, to)
}

// stands reports whether what a visitor carries is a place or a stay that lasts.
func (g *Gateway) stands(r *Room, c *credential) bool {
	switch c.kind {
	case carriesPass:
		return r.Line.Touch(queue.VisitorID(c.pass.Visitor), r.stayLimit(&c.pass))
	case carriesTicket:
		// A claim is how to ask, and a press may claim.
		s, err := r.Line.Claim(placeOf(&c.ticket))
		if err != nil {
			g.storeFailed(r, err)
			return true
		}
		return s.State != queue.StateSpent
	case carriesNothing, carriesEndedPass, carriesLeft, carriesPress:
	}
	return false
}

// number gives a number for a press. If none is to be had, the press is remembered, so that the page which comes back
// by itself need not ask for another.
func (g *Gateway) number(r *Room, v *httpx.Visit, to string) {
	wait := g.waitURL(r, v, to)
	if !g.arrive(r, v, wait, func(j queue.Joined) {
		if j.State == queue.StateInside {
			g.admit(r, v, j.Place, token.Extra{}, j.Standing, wait)
			return
		}
		if err := r.giveTicket(v, j.Place, token.Extra{}); err != nil {
			g.failed(r, v, "ticket not issued", err)
			return
		}
		r.Metrics.Visit(metrics.Arrival)
		v.Answer(303, "", nil, "Location", wait)
	}) {
		r.setWord(v, wordPress)
	}
}
