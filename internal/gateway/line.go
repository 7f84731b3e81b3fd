package gateway

import (
	"bytes"
	"errors"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// serveTicket answers somebody who has a place. False: the ticket is spent, the bearer is an arrival.
func (g *Gateway) serveTicket(r *Room, v *httpx.Visit, t *token.Ticket) bool {
	if !v.Navigation() {
		g.wait429(r, v, "in-line", "You are in line")
		return true
	}
	place := placeOf(t)
	shown := r.shown(v, t.Number)
	a := r.Line.Poll(place, shown)
	if a.State != queue.StateWaiting {
		// The head has come by: only the store knows whether this place is called, and a claim is how to ask.
		s, err := r.Line.Claim(place)
		switch {
		case err != nil:
			g.storeFailed(r, err)
		case s.State == queue.StateInside:
			g.admit(r, v, place, s)
			return true
		case s.State == queue.StateSpent:
			return false
		case s.State == queue.StateWaiting:
			a.State = queue.StateVoid // the turn has come as far as this gateway knows, and the line does not say so yet
		default:
			a.State = s.State
		}
	}
	if err := r.keepTicket(v, t, &a); err != nil {
		g.Log.Error("ticket not renewed", zap.String("room", r.ID), zap.Error(err))
	}
	r.Metrics.Visit(metrics.Page)
	g.waitPage(r, v, statusOf(t.Number, &a, shown, r.Line.Now()))
	return true
}

// admit gives the pass and sends the browser to the URL it asked for; a form cannot be sent on, so it goes
// back to its page.
func (g *Gateway) admit(r *Room, v *httpx.Visit, p queue.Place, s queue.Standing) {
	if err := r.givePass(v, p, r.now().Unix(), s.Until); err != nil {
		g.failed(r, v, "pass not issued", err)
		return
	}
	r.dropShown(v)
	r.Metrics.Visit(metrics.Claim)
	target := asked(v)
	if changesState(v.Method()) {
		target = backTo(v)
	}
	v.Answer(303, "", nil, "Location", target, "Einlass-State", "inside")
}

// serveArrival sees to somebody without a place.
func (g *Gateway) serveArrival(r *Room, v *httpx.Visit) {
	switch {
	case !v.Navigation() || v.Method() == "HEAD":
		g.wait429(r, v, "no-pass", "This site has a waiting room")
		return
	case prefetch(v):
		// A browser that only guesses takes no number.
		r.Metrics.Visit(metrics.Refused)
		v.Answer(503, "", nil, "Retry-After", "1")
		return
	}
	if g.Shed != nil {
		leave, ok := g.Shed.Enter(true)
		if !ok {
			g.tooMany(r, v, web.Shed, 2*time.Second)
			return
		}
		defer leave()
	}
	if g.Arrivals != nil {
		if ok, after := g.Arrivals.Allow(httpx.Prefix(v.ClientIP()), v.Now()); !ok {
			g.tooMany(r, v, web.Shed, max(after, time.Second))
			return
		}
	}
	j, err := r.Line.Arrive()
	if err != nil {
		g.storeFailed(r, err)
		r.Metrics.Visit(metrics.Failed)
		status := web.Status{State: web.NoStore, Ahead: -1, Next: 5 * time.Second, Message: r.Line.View().Frame.Control.Message}
		g.page(r, v, 503, &status, retryAfter(503, 5*time.Second)...)
		return
	}
	if j.State == queue.StateInside && !changesState(v.Method()) {
		g.straight(r, v, j)
		return
	}
	g.arrived(r, v, j)
}

// straight lets an arrival in at once, in this very round trip.
func (g *Gateway) straight(r *Room, v *httpx.Visit, j queue.Joined) {
	now := r.now().Unix()
	if err := r.givePass(v, j.Place, now, j.Until); err != nil {
		g.failed(r, v, "pass not issued", err)
		return
	}
	r.Metrics.Visit(metrics.Straight)
	p := token.Pass{Visitor: token.ID(j.Place.Visitor)}
	g.forward(r, v, true, &p)
}

// arrived shows the waiting page to a new place.
func (g *Gateway) arrived(r *Room, v *httpx.Visit, j queue.Joined) {
	if j.State == queue.StateInside {
		// A form without a pass: it was never meant to be sent before waiting. In, but back to its page.
		g.admit(r, v, j.Place, j.Standing)
		return
	}
	if err := r.giveTicket(v, j.Place); err != nil {
		g.failed(r, v, "ticket not issued", err)
		return
	}
	a := r.Line.Peek(j.Place)
	r.Metrics.Visit(metrics.Arrival)
	g.waitPage(r, v, statusOf(j.Place.Number, &a, -1, r.Line.Now()))
}

// waitPage shows where the visitor stands and remembers, for browsers without script, what was shown.
func (g *Gateway) waitPage(r *Room, v *httpx.Visit, s web.Status) {
	if s.Ahead >= 0 && s.Number > 0 {
		r.rememberShown(v, s.Number, s.Ahead)
	}
	g.page(r, v, 200, &s)
}

func (g *Gateway) page(r *Room, v *httpx.Visit, code int, s *web.Status, extra ...string) {
	w := web.Wait{Status: *s, Target: asked(v)}
	if changesState(v.Method()) {
		w.Target = backTo(v)
	}
	buf := pageBuffers.Get().(*[]byte)
	defer pageBuffers.Put(buf)
	*buf = r.Pages.AppendWait((*buf)[:0], g.lang(r, v), &w)
	headers := append(append(make([]string, 0, 16), r.headers...), "Einlass-State", s.State.String())
	v.Answer(code, web.HTMLType, *buf, append(headers, extra...)...)
}

func (g *Gateway) tooMany(r *Room, v *httpx.Visit, state web.State, after time.Duration) {
	r.Metrics.Visit(metrics.Limited)
	s := web.Status{State: state, Ahead: -1, Next: after, Message: r.Line.View().Frame.Control.Message}
	g.page(r, v, 429, &s, retryAfter(429, after)...)
}

// wait429 answers what is not a page load: never with a page that a script would take for the site's answer.
func (g *Gateway) wait429(r *Room, v *httpx.Visit, kind, title string) {
	r.Metrics.Visit(metrics.Refused)
	g.problem(v, 429, kind, title, retryAfter(429, 10*time.Second))
}

func (g *Gateway) storeFailed(r *Room, err error) {
	// The room reports once that its store is away; a line for each visitor would drown everything else.
	if !errors.Is(err, queue.ErrUnavailable) {
		g.Log.Error("store refused", zap.String("room", r.ID), zap.Error(err))
	}
}

// prefetch reports whether a browser loads the page on a guess (Sec-Purpose, and Purpose of older ones).
func prefetch(v *httpx.Visit) bool {
	return bytes.Contains(v.Header("Sec-Purpose"), []byte("prefetch")) ||
		bytes.Equal(v.Header("Purpose"), []byte("prefetch"))
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

// shown is the last number of people ahead that this browser was shown for this place, -1 if unknown.
func (r *Room) shown(v *httpx.Visit, number uint64) int64 {
	mine, ahead, ok := bytes.Cut(v.Cookie(r.cookies.shown[index(v.Secure())]), []byte("."))
	if n, err := strconv.ParseUint(string(mine), 10, 64); !ok || err != nil || n != number {
		return -1
	}
	return parseShown(ahead)
}

// parseShown reads a count that a browser sent; what is not one is unknown. A lie only changes what is shown to the
// liar.
func parseShown(b []byte) int64 {
	n, err := strconv.ParseUint(string(b), 10, 40)
	if err != nil {
		return -1
	}
	return int64(n)
}

func (r *Room) rememberShown(v *httpx.Visit, number uint64, ahead int) {
	value := strconv.AppendUint(make([]byte, 0, 32), number, 10)
	value = strconv.AppendInt(append(value, '.'), int64(ahead), 10)
	v.SetCookie(httpx.Cookie{
		Name: r.cookies.shown[index(v.Secure())], Value: string(value), MaxAge: r.TicketLife, Secure: v.Secure(),
	})
}

func (r *Room) dropShown(v *httpx.Visit) {
	if name := r.cookies.shown[index(v.Secure())]; v.Cookie(name) != nil {
		v.SetCookie(httpx.Cookie{Name: name, MaxAge: -1, Secure: v.Secure()})
	}
}
