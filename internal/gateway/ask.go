package gateway

import (
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// exchange is one request on its way to its answer.
type exchange struct {
	g *Gateway
	r *Room
	v *httpx.Visit
	facts
}

// serve decides on a request and acts, asking what decide wants to know.
func (g *Gateway) serve(r *Room, v *httpx.Visit, p purpose) {
	e := exchange{g: g, r: r, v: v}
	e.purpose, e.safe = p, isSafe(v.Method())
	e.cookieGiven = p == standing && cookieGiven(v.Query())
	e.readCookie()
	d := decide(&e.facts)
	for d.act == asking {
		e.ask(d.ask)
		d = decide(&e.facts)
	}
	e.carryOut(&d)
}

// ask finds out what decide wants to know, and notes it in facts.
func (e *exchange) ask(q question) {
	e.known |= q
	switch q {
	case look:
		e.askLook()
	case touch:
		e.askTouch()
	case hold:
		e.askHold()
	case poll:
		e.shown = e.r.shown(e.v, e.ticket.Number)
		e.place = e.r.Line.Poll(placeOf(&e.ticket), e.shown)
	case claim:
		e.askClaim()
	case arrive:
		e.askArrive()
	}
}

func (e *exchange) askLook() {
	v := e.v
	e.form = form{
		guess: v.Speculative(), reads: v.ReadsHTML() && v.Method() != "HEAD", loads: v.PageLoad(),
		framed: v.Framed(), sameOrigin: v.SameOrigin(), post: v.Method() == "POST",
	}
}

func (e *exchange) askTouch() {
	id := queue.VisitorID(e.pass.Visitor)
	if e.touched = e.r.Line.Touch(id, e.r.stayLimit(&e.pass)); !e.touched {
		e.r.stays.end(id)
	}
}

func (e *exchange) askClaim() {
	var err error
	if e.claimed, err = e.r.Line.Claim(placeOf(&e.ticket)); err != nil {
		e.claimFailed = true
		e.storeFailed(err)
	}
	if e.claimed.State == queue.StateInside {
		e.pass = e.r.newPass(placeOf(&e.ticket), e.ticket.Extra, e.claimed.Until)
	}
}

// beginStay notes what an arrival has been given: a stay, or a place.
func (e *exchange) beginStay() {
	switch {
	case e.joined.State == queue.StateInside:
		e.pass = e.r.newPass(e.joined.Place, token.Extra{}, e.joined.Until)
	case e.purpose == visiting:
		e.stands = e.r.Line.Peek(e.joined.Place)
	}
}

// askHold counts a request of somebody inside against what one stay may use, until its answer is over. It may wait for
// other requests of the stay.
func (e *exchange) askHold() {
	id := queue.VisitorID(e.pass.Visitor)
	a := e.r.stays.enter(id, e.v.ClientIP(), e.r.Line.Now())
	if a.turn != nil {
		v := e.v
		err := a.await(stayPatience, func() bool { return proxy.ClientLeft(v) })
		switch {
		case errors.Is(err, proxy.ErrClientGone):
			e.held = heldGone
			return
		case err != nil:
			a.busy, a.retry = true, time.Second
		case !e.r.Line.Touch(id, e.r.stayLimit(&e.pass)):
			a.stay.Ended()
			e.held, e.heldRetry = heldEnded, time.Second
			return
		}
	}
	e.heldRetry = a.retry
	switch {
	case a.networks:
		e.held = heldNetworks
	case a.busy:
		e.held = heldBusy
	case a.stay != nil:
		e.v.WhenAnswered(a.stay)
	}
}

// storeFailed notes a fault of the store.
func (e *exchange) storeFailed(err error) {
	// The room reports once that its store is away; a line for each visitor would drown everything else.
	if !errors.Is(err, queue.ErrUnavailable) {
		e.g.Log.Error("store refused", zap.String("room", e.r.ID), zap.Error(err))
	}
}

// isSafe reports whether a method is one of those that change nothing (RFC 9110 §9.2.1).
func isSafe(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		return true
	}
	return false
}
