package gateway

import (
	"errors"
	"time"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// hold counts a request of somebody inside against what one stay may use, until its answer is over. It may wait for
// other requests of the stay. False: the request was answered here, because the stay uses too much.
func (g *Gateway) hold(r *Room, v *httpx.Visit, p *token.Pass) bool {
	id := queue.VisitorID(p.Visitor)
	a := r.stays.enter(id, v.ClientIP(), r.Line.Now())
	if a.turn != nil {
		err := a.await(stayPatience, func() bool { return proxy.ClientLeft(v) })
		switch {
		case errors.Is(err, proxy.ErrClientGone):
			g.interrupted(r, v, true, err)
			return false
		case err != nil:
			a.busy, a.retry = true, time.Second
		case !r.Line.Touch(id, r.stayLimit(p)):
			// The stay ended meanwhile. What follows finds that out at once.
			a.stay.Ended()
			a.busy, a.retry = true, time.Second
		}
	}
	switch {
	case a.networks:
		g.crowded(r, v, metrics.Shared, "stay-networks", "This pass is used from too many networks", a.retry)
		return false
	case a.busy:
		g.crowded(r, v, metrics.Busy, "stay-busy", "This pass has too many requests under way", a.retry)
		return false
	}
	if a.stay != nil {
		v.WhenAnswered(a.stay)
	}
	return true
}

// Bounds of the time after which the page asks again by itself: not so often that it adds to what is too much, and often
// enough that the stay does not run out meanwhile.
const (
	soonestAgain = 5 * time.Second
	latestAgain  = time.Minute
)

// crowded says why a request of somebody inside is not forwarded, and that a form was not sent.
func (g *Gateway) crowded(r *Room, v *httpx.Visit, count metrics.Visit, kind, title string, after time.Duration) {
	r.Metrics.Visit(count)
	headers := retryAfter(429, max(after, time.Second))
	if !v.ReadsHTML() {
		g.problem(v, 429, kind, title, headers)
		return
	}
	page := web.Crowded{
		Networks: count == metrics.Shared, Form: !isSafe(v.Method()), Target: g.waitURL(r, v, asked(v)), Kind: kind,
		Next: min(max(after, soonestAgain), latestAgain),
	}
	if page.Form {
		page.Target = g.backTo(v)
	}
	v.Answer(429, web.HTMLType, r.Pages.AppendCrowded(nil, g.lang(r, v), &page), append(headers, r.headers...)...)
}
