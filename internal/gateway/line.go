package gateway

import (
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// serveTicket answers somebody who has a place and wants to go to a target. False: the ticket is spent, the bearer has
// none.
func (g *Gateway) serveTicket(r *Room, v *httpx.Visit, t *token.Ticket, to string) bool {
	if !v.ReadsHTML() || v.Method() == "HEAD" {
		g.wait429(r, v, "in-line", "You are in line")
		return true
	}
	place := placeOf(t)
	shown := r.shown(v, t.Number)
	a := r.Line.Poll(place, shown)
	switch {
	case a.State == queue.StateWaiting:
	case !mayClaim(v):
		if a.State == queue.StateSpent {
			return false
		}
	default:
		// The head has come by: only the store knows whether this place is called, and a claim is how to ask.
		s, err := r.Line.Claim(place)
		switch {
		case err != nil:
			g.storeFailed(r, err)
		case s.State == queue.StateInside:
			g.admit(r, v, place, t.Extra, s, to)
			return true
		case s.State == queue.StateSpent:
			return false
		case s.State == queue.StateWaiting:
			a.State = queue.StateUnknown // the turn has come as far as this gateway knows, and the line does not say so yet
		default:
			a.State = s.State
		}
	}
	if err := r.keepTicket(v, t, &a); err != nil {
		g.Log.Error("ticket not renewed", zap.String("room", r.ID), zap.Error(err))
	}
	r.Metrics.Visit(metrics.Page)
	g.waitPage(r, v, statusOf(t.Number, &a, shown, r.Line.Now()), to)
	return true
}

// mayClaim reports whether a page load may use up a call. One that another host's page makes in a frame may not: nobody
// has asked for it, and perhaps nobody sees it.
func mayClaim(v *httpx.Visit) bool { return !v.Framed() || v.SameOrigin() }

// admit gives the pass and leads on.
func (g *Gateway) admit(r *Room, v *httpx.Visit, p queue.Place, extra token.Extra, s queue.Standing, to string) {
	if err := r.givePass(v, p, extra, r.now().Unix(), s.Until); err != nil {
		g.failed(r, v, "pass not issued", err)
		return
	}
	r.dropShown(v)
	r.Metrics.Visit(metrics.Claim)
	v.Answer(303, "", nil, "Location", to, "Einlass-State", "inside")
}

// serveArrival sees to somebody without a place.
func (g *Gateway) serveArrival(r *Room, v *httpx.Visit) {
	switch {
	case v.PageLoad():
		to := g.wanted(v)
		g.arrive(r, v, to, func(j queue.Joined) {
			if j.State == queue.StateInside && isSafe(v.Method()) {
				g.straight(r, v, j)
				return
			}
			g.arrived(r, v, j, to)
		})
	case v.Framed() && v.ReadsHTML() && v.Method() != "HEAD":
		g.framed(r, v)
	case v.ReadsHTML() && v.Method() == "POST":
		// A form that may be a program's. A person can go on from this page.
		r.Metrics.Visit(metrics.Refused)
		body := r.Pages.AppendPassEnded(nil, g.lang(r, v), &web.PassEnded{Start: g.backTo(v), Early: true})
		v.Answer(429, web.HTMLType, body, append(retryAfter(429, problemRetry), r.headers...)...)
	default:
		g.wait429(r, v, "no-pass", "This site has a waiting room")
	}
}

// arrive numbers a newcomer and hands the place on. False: there is none to be had now, and the answer is a page that
// loads again by itself.
func (g *Gateway) arrive(r *Room, v *httpx.Visit, again string, next func(queue.Joined)) bool {
	if g.Shed != nil {
		leave, ok := g.Shed.Enter()
		if !ok {
			g.tooMany(r, v, web.Shed, 2*time.Second, again)
			return false
		}
		defer leave()
	}
	if limit := r.table.Arrivals; limit != nil {
		if ok, after := limit.Allow(v.ClientIP(), v.Now()); !ok {
			g.tooMany(r, v, web.Shed, max(after, time.Second), again)
			return false
		}
	}
	j, err := r.Line.Arrive()
	if err != nil {
		g.storeFailed(r, err)
		r.Metrics.Visit(metrics.Failed)
		status := web.Status{State: web.NoStore, Ahead: -1, Next: 5 * time.Second, Message: r.Line.View().Snapshot.Control.Message}
		g.page(r, v, 503, &status, again, retryAfter(503, 5*time.Second)...)
		return false
	}
	next(j)
	return true
}

// straight lets an arrival in at once, in this very round trip.
func (g *Gateway) straight(r *Room, v *httpx.Visit, j queue.Joined) {
	now := r.now().Unix()
	if err := r.givePass(v, j.Place, token.Extra{}, now, j.Until); err != nil {
		g.failed(r, v, "pass not issued", err)
		return
	}
	p := token.Pass{Visitor: token.ID(j.Place.Visitor)}
	if !g.hold(r, v, &p) {
		return
	}
	r.Metrics.Visit(metrics.Straight)
	g.forward(r, v, &p, proxy.Options{Inside: true, OnHead: func(h proxy.Head) {
		if location := h.Field("location"); location != nil && h.Status()/100 == 3 {
			h.SetLocation(g.onward(r, v, string(location)))
		}
	}})
}

// arrived shows the waiting page to a new place.
func (g *Gateway) arrived(r *Room, v *httpx.Visit, j queue.Joined, to string) {
	if j.State == queue.StateInside {
		// A form without a pass: it was never meant to be sent before waiting. In, but back to its page, by way of an own
		// URL: whether the browser keeps the pass is not known yet.
		g.admit(r, v, j.Place, token.Extra{}, j.Standing, g.waitURL(r, v, to))
		return
	}
	if err := r.giveTicket(v, j.Place, token.Extra{}); err != nil {
		g.failed(r, v, "ticket not issued", err)
		return
	}
	a := r.Line.Peek(j.Place)
	r.Metrics.Visit(metrics.Arrival)
	g.waitPage(r, v, statusOf(j.Place.Number, &a, -1, r.Line.Now()), to)
}

// waitPage shows where the visitor stands and remembers, for browsers without script, what was shown.
func (g *Gateway) waitPage(r *Room, v *httpx.Visit, s web.Status, to string) {
	if s.Ahead >= 0 && s.Number > 0 {
		r.rememberShown(v, s.Number, s.Ahead)
	}
	g.page(r, v, 200, &s, g.waitURL(r, v, to))
}

// page is a page of the line, which loads again by itself.
func (g *Gateway) page(r *Room, v *httpx.Visit, code int, s *web.Status, again string, extra ...string) {
	w := web.Wait{Status: *s, Target: again}
	buf := pageBuffers.Get().(*[]byte)
	defer pageBuffers.Put(buf)
	*buf = r.Pages.AppendWait((*buf)[:0], g.lang(r, v), &w)
	headers := append(append(make([]string, 0, 16), r.headers...), "Einlass-State", s.State.String())
	v.Answer(code, web.HTMLType, *buf, append(headers, extra...)...)
}

func (g *Gateway) tooMany(r *Room, v *httpx.Visit, state web.State, after time.Duration, again string) {
	r.Metrics.Visit(metrics.Limited)
	s := web.Status{State: state, Ahead: -1, Next: after, Message: r.Line.View().Snapshot.Control.Message}
	g.page(r, v, 429, &s, again, retryAfter(429, after)...)
}

// problemRetry is when somebody may ask again who was answered without a place.
const problemRetry = 10 * time.Second

// wait429 answers what is not a page load: never with a page that a script would take for the site's answer.
func (g *Gateway) wait429(r *Room, v *httpx.Visit, kind, title string) {
	r.Metrics.Visit(metrics.Refused)
	g.problem(v, 429, kind, title, retryAfter(429, problemRetry))
}

// guessed refuses what a browser loads on a guess: nobody gets a number or uses up a call by it. The browser asks again
// when somebody wants the page.
func (g *Gateway) guessed(r *Room, v *httpx.Visit) {
	r.Metrics.Visit(metrics.Refused)
	v.Answer(503, "", nil, "Retry-After", "1")
}

func (g *Gateway) storeFailed(r *Room, err error) {
	// The room reports once that its store is away; a line for each visitor would drown everything else.
	if !errors.Is(err, queue.ErrUnavailable) {
		g.Log.Error("store refused", zap.String("room", r.ID), zap.Error(err))
	}
}

// statusOf is an answer of the line in the words of the page. shown is the last number of people ahead that was shown.
func statusOf(number uint64, a *queue.Answer, shown, now int64) web.Status {
	s := web.Status{Number: number, Ahead: -1, Next: a.Next, Message: a.Message, Stale: a.Stale}
	switch a.State {
	case queue.StateWaiting:
		s.State = web.Waiting
		s.Ahead, s.Exact, s.More = web.Figure(int(a.Ahead), a.Exact, int(shown)), a.Exact, int(a.More)
		if s.Ahead == 0 && s.More > 0 {
			s.Ahead = -1 // nobody ahead was said, and is no longer true
		}
	case queue.StateFront:
		s.State = web.Front
	case queue.StateCalled:
		s.State, s.ClaimLeft = web.Called, time.Duration(max(0, a.Until-now))*time.Millisecond
	case queue.StateMissed:
		s.State = web.Missed
	case queue.StateInside:
		s.State = web.Inside
	case queue.StateSpent:
		s.State = web.None
	default:
		s.State = web.Turn
	}
	if s.State == web.Waiting || s.State == web.Front {
		s.Low, s.High, s.Full = a.Low, a.High, a.Full
		switch {
		case a.Paused:
			s.State = web.Paused
		case a.Holding:
			s.State = web.Recovering
		}
	}
	return s
}
