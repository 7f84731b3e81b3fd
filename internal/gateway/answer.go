package gateway

import (
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
)

// pageBuffers holds buffers of a page's size; Visit.Answer copies out of them.
var pageBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 8<<10); return &b }}

func (g *Gateway) lang(r *Room, v *httpx.Visit) web.Lang {
	return r.Pages.Lang(v.Header("Accept-Language"))
}

// langOf is the language of the page that polls, as its URL says. Pages of the release before do not say it.
func (r *Room) langOf(v *httpx.Visit) web.Lang {
	if l, ok := r.Pages.LangOf(param(v.Query(), "lang")); ok {
		return l
	}
	return r.Pages.Lang(v.Header("Accept-Language"))
}

// refuse answers with an error page, or a problem for what nobody reads.
func (g *Gateway) refuse(r *Room, v *httpx.Visit, status int, kind string) {
	if !v.ReadsHTML() {
		g.problem(v, status, kind, "The request was refused", nil)
		return
	}
	v.Answer(status, web.HTMLType, r.Pages.AppendError(nil, g.lang(r, v), status, kind, ""), r.headers...)
}

// refuseNeutral refuses what belongs to no room: the answer names none, and nobody's contact.
func (g *Gateway) refuseNeutral(v *httpx.Visit, status int, kind string) {
	contentType, body, headers := g.ErrorPage(status, kind, v.ReadsHTML(), v.Header("Accept-Language"))
	v.Answer(status, contentType, body, headers...)
}

// problem answers with an RFC 9457 body.
func (g *Gateway) problem(v *httpx.Visit, status int, kind, title string, headers []string) {
	p := web.Problem{Status: status, Type: g.Prefix + "/problems/" + kind, Title: title}
	v.Answer(status, web.ProblemType, web.AppendProblem(nil, &p), headers...)
}

// failed answers a fault of our own; what it was stands in the log only.
func (g *Gateway) failed(r *Room, v *httpx.Visit, what string, err error) {
	g.Log.Error("visit failed", zap.String("room", r.ID), zap.String("what", what), zap.Error(err))
	r.Metrics.Visit(metrics.Failed)
	g.refuse(r, v, 500, "internal")
}

// retryAfter is the header for statuses that have one (RFC 9110 §10.2.3), in whole seconds.
func retryAfter(status int, d time.Duration) []string {
	if status != 429 && status != 503 {
		return nil
	}
	return []string{"Retry-After", strconv.Itoa(int((d + time.Second - 1) / time.Second))}
}

// ErrorPage renders a fault that the boundary found before any room was known. It is the page the boundary is
// given, so that all pages look alike.
func (g *Gateway) ErrorPage(status int, kind string, navigation bool, acceptLanguage []byte) (contentType string, body []byte, headers []string) {
	if !navigation {
		p := web.Problem{Status: status, Type: g.Prefix + "/problems/" + kind, Title: "The request was refused"}
		return web.ProblemType, web.AppendProblem(nil, &p), nil
	}
	pages := g.Library.Neutral()
	return web.HTMLType, pages.AppendError(nil, pages.Lang(acceptLanguage), status, kind, ""), pages.Headers()
}
