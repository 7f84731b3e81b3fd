package gateway

import "github.com/einlass/einlass/internal/web"

// A page that loads itself again takes away from a reader what is being read. Without script a button turns that off, and a cookie keeps
// the word: it is the same for a page with a number and without, and for a visit of the site's own URL.

// The button's own URL is stillName, with stillMark if the reloads are to be turned off.
const (
	stillName = "still"
	stillMark = "&off=1"
)

// heldMark says that the page of a form had a number, for browsers that keep no cookies: what a press leads to takes no second one. The
// choice of language has it as a field of its form.
const heldMark = "&held="

// sayReloads sets what a page says of its reloads, and whether there are any. Somebody at the door loses the turn without them.
func (e *exchange) sayReloads(w *web.Wait) {
	if w.Knocks {
		return
	}
	w.Still = e.still()
	mark := stillMark
	if w.Still {
		mark = ""
	}
	if w.Number > 0 {
		mark += heldMark
	}
	w.Switch = e.g.ownURL(e.r, e.v, stillName, mark, e.target())
	w.Absent = e.r.Line.Timing().Absent
}

// serveStill turns the reloads off or on, and leads back.
func (e *exchange) serveStill() {
	e.purpose = standing
	switch {
	case e.v.Method() == "GET":
	case !e.methodIs("POST"):
		return
	case !sameOrigin(e.v):
		e.g.refuse(e.r, e.v, 403, "other-origin")
		return
	case param(e.v.Query(), "off") != nil:
		e.r.keepStill(e.v, "1", e.r.Line.Timing().Life)
	default:
		e.r.keepStill(e.v, "", -1)
	}
	e.v.Redirect(303, e.pageOf(e.target(), ""))
}

// sayStay sets how much time there is inside, by what is in force now.
func (r *Room) sayStay(s *web.Status) {
	t := r.Line.Timing()
	s.Idle, s.Max = t.Idle, t.Max
}
