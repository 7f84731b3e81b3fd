package gateway

import (
	"strconv"

	"github.com/einlass/einlass/pkg/queue"
)

// A site may include the client script in its pages, which nobody changes. It says when the last page of the room was closed in a
// browser, and that a page is there again; and a site's own code says by it that a stay is done.

// serveClosed takes what the client script says of the stay whose pass comes with it: that its last page is closed, that a page is
// here again, or that the stay is done. What has no pass has nothing to say, which is no fault of the page.
func (e *exchange) serveClosed(what string) {
	if !sameOrigin(e.v) {
		e.g.problem(e.v, 403, "other-origin", "This is not for other sites", nil)
		return
	}
	if e.readCookie(); e.carries == carriesPass {
		id, started := queue.VisitorID(e.pass.Visitor), e.pass.StartedAt*1000
		switch what {
		case "closed":
			if quiet, err := strconv.ParseUint(string(param(e.v.Query(), "quiet")), 10, 31); err == nil {
				e.r.Line.Closed(id, started, int64(quiet))
			}
		case "here":
			e.r.Line.Prolong(id, started)
		case "done":
			if !e.r.Line.EndedAll(id, started) && e.r.Line.Stands(id) {
				s := stayInside{e.g, e.r, e.v, e.pass}
				s.finish()
			}
		}
	}
	e.done()
}
