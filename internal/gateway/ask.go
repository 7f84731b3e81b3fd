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
	goal  string   // of target; empty: not read yet
	quiet bool     // the request is no activity; known once its pass was looked at
	nonce string   // of cookieHand
	ended int64    // Unix seconds, when a finished stay ended
	once  *formKey // not nil: a form that is sent once

	brought brought
	secret  string        // of the browser, at the door; empty: it has none
	arrival queue.Arrival // what was brought makes of one
}

// serve decides on a request and acts, asking what decide wants to know.
func (g *Gateway) serve(r *Room, v *httpx.Visit, p purpose) {
	e := exchange{g: g, r: r, v: v}
	e.purpose, e.sends, e.fetches, e.through = p, sends(v.Method()), fetches(v), r.through()
	if p == standing {
		e.cookieGiven, e.byItself = cookieGiven(v.Query()), byItself(v.Query())
	}
	e.elsewhere = r.elsewhere(v) && !v.Framed()
	switch p {
	case reading:
		e.guarded = e.doorway().guards
		e.bringInURL()
	case presenting:
		e.guarded = e.doorway().guards
		e.bringInForm()
	default:
	}
	e.readCookie()
	if p == visiting && e.sentBefore() {
		return
	}
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
	case revive:
		if e.alive = e.r.Line.Alive(queue.VisitorID(e.pass.Visitor), e.pass.StartedAt*1000, e.pass.IssuedAt*1000); !e.alive {
			e.noteFinished()
		}
	case hold:
		e.askHold()
	case poll:
		e.askPoll()
	case beat:
		e.noteClaim(e.r.Line.Beat(e.r.beatOf(&e.ticket)))
	case claim:
		e.askClaim()
	case resume:
		e.askResume()
	case arrive:
		e.askArrive()
	case present:
		e.askPresent()
	}
}

func (e *exchange) askLook() {
	v := e.v
	e.form = form{
		guess: v.Speculative(), reads: v.ReadsHTML() && v.Method() != "HEAD", loads: v.PageLoad(),
		framed: v.Framed(), sameOrigin: v.SameOrigin(), aside: e.r.asideOf(v), stranger: e.r.strangersFrame(v),
	}
	e.calm = e.returns() && e.r.calm()
}

// askTouch notes the request as activity, if it is.
func (e *exchange) askTouch() {
	e.quiet = e.r.quiet.has(e.v.Path())
	if e.touched = e.touch(); !e.touched {
		e.endedBy = e.r.Line.EndedBecause(queue.VisitorID(e.pass.Visitor))
		e.r.stays.end(queue.VisitorID(e.pass.Visitor))
		e.noteFinished()
	}
}

func (e *exchange) askPoll() {
	b := e.r.beatOf(&e.ticket)
	number := e.r.Line.View().Number(&b.Place)
	if e.purpose == knocking {
		e.shown = e.r.shownByPoll(e.v, number)
	} else {
		e.shown = e.r.shown(e.v, number)
	}
	e.place = e.r.Line.PollBeat(b, e.shown)
}

func (e *exchange) askClaim() {
	t := &e.ticket
	e.noteClaim(e.r.Line.ClaimBeat(e.r.beatOf(t)))
	e.pass = token.Pass{Visitor: t.Visitor, Epoch: t.Epoch, Number: t.Number, Rank: t.Rank, Extra: t.Extra}
	e.beginStay(&e.claimed)
}

// askResume tells the store of the last request of the stay and claims. That request is the one that the pass was issued with:
// later ones, of which none extended it, are not in it. The end of the pass less Idle would say the same only while no other bound cut
// the pass short, and Idle has not been changed since.
func (e *exchange) askResume() {
	e.noteClaim(e.r.Line.Resume(e.r.placeOfPass(&e.pass), e.pass.StartedAt*1000, e.pass.IssuedAt*1000))
	e.beginStay(&e.claimed)
}

func (e *exchange) noteClaim(s queue.Standing, err error) {
	e.claimed = s
	if err != nil {
		e.claimFailed = true
		e.storeFailed(err)
	}
}

// beginStay makes the pass of a stay that begins or goes on, if it does: that of a pass whose place is known.
func (e *exchange) beginStay(s *queue.Standing) {
	if s.State == queue.StateInside {
		e.r.begin(&e.pass, s)
	}
}

// noteJoined notes what an arrival has been given: a stay, or a place.
func (e *exchange) noteJoined() {
	p := &e.joined.Place
	e.pass = token.Pass{Visitor: token.ID(p.Visitor), Epoch: p.Epoch, Number: p.Number, Rank: rank(p, &e.arrival)}
	e.beginStay(&e.joined.Standing)
	if e.joined.State != queue.StateInside && e.purpose == visiting {
		e.stands = e.r.Line.Peek(*p)
		if e.joined.State == queue.StateLobby {
			e.stands.State = queue.StateLobby // its lobby began after the last snapshot
		}
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
		case e.knows(touch) && !e.unsealed && !e.touch():
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

// sends reports whether a method is one by which a page sends what a person entered or decided. Methods are case-sensitive
// (RFC 9110 §9.1). What a page does not send is none, however much it may change: the grace for forms is not for "get", which
// many sites take for GET, nor for QUERY and PROPFIND, which only read.
func sends(method string) bool {
	switch method {
	case "POST", "PUT", "PATCH", "DELETE":
		return true
	}
	return false
}
