package gateway

import (
	"time"

	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/pkg/queue"
)

// What counts as activity of a stay: its requests, the messages that its browser sends on a WebSocket, and the bytes of a long
// transfer. Requests for paths that the operator names are none, nor is what moves within them: a page that is left open asks
// for them by itself, and would keep its stay for ever.

// touch notes the request as activity, if it is. One that extends the pass is told to the store whenever the one before was, so
// that the stay does not end there while its pass is valid. False: the stay has ended.
func (e *exchange) touch() bool {
	id, started := queue.VisitorID(e.pass.Visitor), e.pass.StartedAt*1000
	if e.r.Line.EndedAll(id, started) {
		return false
	}
	switch {
	case e.carries == carriesPass && !e.sends && e.r.afterMax(&e.pass):
		e.quiet = true
		return e.r.Line.Stands(id) || e.r.Line.Expired(id)
	case e.quiet:
		return e.r.Line.Stands(id)
	case e.r.extends(&e.pass):
		return e.r.Line.Prolong(id, started)
	default:
		return e.r.Line.Touch(id, started)
	}
}

// stay names the stay of the request to the proxy.
func (e *exchange) stay() proxy.Stay {
	return proxy.Stay{Visitor: e.pass.Visitor, Started: e.pass.StartedAt * 1000, Quiet: e.quiet}
}

// within is a Room as the proxy sees it: what it tells of long exchanges.
type within Room

// Act notes what a visitor does within a request.
func (w *within) Act(s proxy.Stay) bool { return w.Line.Act(s.Visitor, s.Started) }

// Left is how long the stay of a request lasts.
func (w *within) Left(s proxy.Stay) time.Duration { return w.Line.Left(s.Visitor, s.Started) }
