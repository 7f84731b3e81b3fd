package gateway

import (
	"context"
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

// serveInside forwards a request with a valid pass. False: the stay was ended elsewhere, the bearer is an arrival.
func (g *Gateway) serveInside(r *Room, v *httpx.Visit, p *token.Pass) bool {
	if !r.Line.Touch(queue.VisitorID(p.Visitor), r.stayLimit(p)) {
		r.stays.end(queue.VisitorID(p.Visitor))
		return false
	}
	if err := r.keepPass(v, p); err != nil {
		g.Log.Error("pass not extended", zap.String("room", r.ID), zap.Error(err))
	}
	if !g.hold(r, v, p) {
		return true
	}
	r.Metrics.Visit(metrics.Forward)
	g.forward(r, v, p, proxy.Options{Inside: true})
	return true
}

// serveEnded sees to a request whose pass has run out. A form that comes a little late is let through: the work of
// filling it in is not thrown away. One that comes later is answered with what happened, never with a redirect
// that would drop it silently. False: the bearer is an arrival.
func (g *Gateway) serveEnded(r *Room, v *httpx.Visit, p *token.Pass) bool {
	if isSafe(v.Method()) {
		return false
	}
	// Within the grace the stay goes on as if the pass were valid, unless it was ended for good.
	if r.now().Before(time.Unix(p.ExpiresAt, 0).Add(r.FormGrace)) && r.Line.Touch(queue.VisitorID(p.Visitor), r.stayLimit(p)) {
		if !g.hold(r, v, p) {
			return true
		}
		r.Metrics.Visit(metrics.Late)
		g.forward(r, v, p, proxy.Options{Inside: true})
		return true
	}
	r.Metrics.Visit(metrics.Refused)
	if !v.ReadsHTML() {
		g.problem(v, 403, "pass-ended", "Your time inside has ended", nil)
		return true
	}
	body := r.Pages.AppendPassEnded(nil, g.lang(r, v), &web.PassEnded{Start: g.backTo(v)})
	v.Answer(403, web.HTMLType, body, r.headers...)
	return true
}

// forward sends the visit to the site, and answers in its stead when there is no answer.
func (g *Gateway) forward(r *Room, v *httpx.Visit, p *token.Pass, opt proxy.Options) {
	opt.StripCookies = ownCookie
	var said *siteHead
	if p != nil {
		said = readSiteHead(&opt)
		defer said.release()
	}
	result, err := r.Backend.Forward(v, opt)
	if said != nil && said.finish {
		g.finish(r, queue.VisitorID(p.Visitor))
	}
	if err != nil {
		r.Metrics.NoAnswer(result.Address, failureOf(err).outcome)
		g.interrupted(r, v, opt.Inside, err)
		return
	}
	r.Metrics.Answer(result.Address, result.Status, result.Took)
}

// finish ends a stay because the site said that it is done, so that the next in line can be called.
func (g *Gateway) finish(r *Room, id queue.VisitorID) {
	if err := r.Line.Finish(context.Background(), id); err != nil && !errors.Is(err, queue.ErrUnavailable) {
		g.Log.Error("stay not finished", zap.String("room", r.ID), zap.Error(err))
	}
	r.stays.end(id)
}

// failure is what a visitor is told when the site did not answer: one table for all.
type failure struct {
	err     error
	status  int // 0: nobody is there to be answered
	kind    string
	outcome metrics.Outcome
}

// title is the sentence for programs: whose fault it was.
func (f *failure) title() string {
	if f.status < 500 {
		return "The request was refused"
	}
	return "The site behind does not answer"
}

var failures = []failure{
	{proxy.ErrBackendTimeout, 504, "backend-timeout", metrics.Timeout},
	{proxy.ErrBackendAnswer, 502, "backend-answer", metrics.Malformed},
	{proxy.ErrQueueFull, 503, "backend-busy", metrics.QueueFull},
	{proxy.ErrTooManyUpgrades, 503, "backend-busy", metrics.QueueFull},
	{proxy.ErrStopped, 503, "stopping", metrics.Stopped},
	{proxy.ErrClientGone, 0, "client-gone", metrics.ClientGone},
	{proxy.ErrClientTimeout, 408, "request-timeout", metrics.ClientGone},
	{proxy.ErrBodyTooLarge, 413, "body-too-large", metrics.RequestRefused},
	{proxy.ErrBodyNotAllowed, 400, "body-not-allowed", metrics.RequestRefused},
	{proxy.ErrBadRequest, 400, "bad-request", metrics.RequestRefused},
	{proxy.ErrBackendDown, 502, "backend-down", metrics.Down},
}

// failureOf is the row of an error; one that is not in the table is answered as a site that is down.
func failureOf(err error) failure {
	for _, known := range failures {
		if errors.Is(err, known.err) {
			return known
		}
	}
	return failure{err, 502, "backend-down", metrics.Down}
}

// retryIn is how soon the page for a short interruption asks again.
const retryIn = 5 * time.Second

// interrupted answers in the stead of the site. The page loads again by itself: where a pass is needed it does so by way of
// an own URL, because the browser may keep no cookies, or the stay may end meanwhile, and each load would be an arrival.
func (g *Gateway) interrupted(r *Room, v *httpx.Visit, inside bool, err error) {
	r.Metrics.Visit(metrics.Failed)
	f := failureOf(err)
	if f.status == 0 {
		v.BreakOff()
		return
	}
	g.Log.Warn("not forwarded", zap.String("room", r.ID), zap.String("kind", f.kind), zap.Error(err))
	switch {
	case !v.ReadsHTML():
		g.problem(v, f.status, f.kind, f.title(), retryAfter(f.status, retryIn))
	case f.status < 500:
		g.refuse(r, v, f.status, f.kind)
	default:
		page := web.Interruption{Status: f.status, Form: !isSafe(v.Method()), Next: retryIn, Kind: f.kind}
		switch {
		case page.Form:
			page.Back = g.backTo(v)
		case inside:
			page.Target = g.waitURL(r, v, asked(v))
		default:
			page.Target = asked(v)
		}
		headers := append(retryAfter(f.status, retryIn), r.headers...)
		v.Answer(f.status, web.HTMLType, r.Pages.AppendInterruption(nil, g.lang(r, v), &page), headers...)
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
