package gateway

import (
	"errors"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/proxy"
)

// forwardInside sends a request of somebody inside to the site.
func (e *exchange) forwardInside(d *decision) {
	opt := proxy.Options{Inside: true, Load: loadOf(e.v), Revalidate: true, Stays: (*within)(e.r), Stay: e.stay()}
	if d.count == metrics.Straight {
		opt.OnHead = e.g.leadOnward(e.r, e.v)
	}
	if e.once != nil {
		e.forwardOnce(&opt)
		return
	}
	e.forwardAs(&opt)
}

// loadOf says what a request of somebody inside is for: forms go before pages, and these before what they are made of.
func loadOf(v *httpx.Visit) proxy.Load {
	switch v.Method() {
	case "POST", "PUT", "PATCH", "DELETE":
		return proxy.LoadForm
	}
	if v.ReadsHTML() {
		return proxy.LoadPage
	}
	return proxy.LoadPart
}

// forwardAs sends the request to the site. nil: the site has answered.
func (e *exchange) forwardAs(opt *proxy.Options) *failure {
	said := readSiteHead(opt, stayInside{e.g, e.r, e.v, e.pass}, (*stayInside).obey)
	defer said.release()
	failed := e.g.forward(e.r, e.v, *opt)
	if failed != nil {
		e.g.answerFailure(e.r, e.v, failed, true)
	}
	return failed
}

// leadOnward rewrites the site's redirects for a visitor that has just been let in, see onward.
func (g *Gateway) leadOnward(r *Room, v *httpx.Visit) func(proxy.Head) {
	return func(h proxy.Head) {
		if location := h.Field("location"); location != nil && h.Status()/100 == 3 {
			h.SetLocation(g.onward(r, v, string(location)))
		}
	}
}

// forwardOpen sends a request to the site for which no pass is needed: because of its path, or because there is no waiting
// room at present. Pages of the latter revalidate: there may be one when they are loaded again.
func (g *Gateway) forwardOpen(r *Room, v *httpx.Visit, revalidate bool) {
	r.Metrics.Visit(metrics.Unguarded)
	if failed := g.forward(r, v, proxy.Options{Revalidate: revalidate}); failed != nil {
		g.answerFailure(r, v, failed, false)
	}
}

// forward sends the visit to the site and counts what became of it. nil: the site has answered.
func (g *Gateway) forward(r *Room, v *httpx.Visit, opt proxy.Options) *failure {
	if opt.StripCookies == nil {
		opt.StripCookies = ownCookie
	}
	opt.VisitorsHost = r.named
	result, err := r.Backend.Forward(v, opt)
	if errors.Is(err, proxy.ErrUnwanted) {
		r.Metrics.Answer(result.Address, result.Status, result.Took)
		return failureOf(err)
	}
	if err != nil {
		failed := failureOf(err)
		r.Metrics.NoAnswer(result.Address, failed.outcome)
		return failed
	}
	r.Metrics.Answer(result.Address, result.Status, result.Took)
	return nil
}

// failure is the answer of our own when the site gave none.
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

// failureOf is the row of an error, with all that the error says; one that is not in the table is answered as a site that
// is down.
func failureOf(err error) *failure {
	for _, known := range failures {
		if errors.Is(err, known.err) {
			known.err = err
			return &known
		}
	}
	return &failure{err, 502, "backend-down", metrics.Down}
}
