package gateway

import (
	"time"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// Pages of the line: what they say of a place, and when they load themselves again.

// placePage shows where the visitor stands and remembers, for browsers without script, what was shown.
func (e *exchange) placePage(d *decision) {
	s := e.status(d)
	if s.Ahead >= 0 && s.Number > 0 {
		e.r.rememberShown(e.v, s.Number, s.Ahead)
	}
	if p, has := e.placeShown(d); has {
		s.Code = e.r.codeOf(&p, s.Number)
	}
	w := e.waitOf(s)
	w.Reload = e.reloadOf(&s)
	w.Knocks = asksAtDoor(s.State) && !e.byItself
	e.sayAgain(&w)
	e.page(200, &w)
}

// doorPoll and doorReload are how often a page asks at the door, with script and without: less than Timing.Confirm, so that it keeps its
// turn.
const (
	doorPoll   = 4 * time.Second
	doorReload = 10 * time.Second
)

// asksAtDoor reports whether a page of this state keeps a turn by asking for it.
func asksAtDoor(s web.State) bool { return s == web.Full || s == web.Resume }

// reloadOf is when a page without script loads itself again. Somebody at the door keeps the turn by it, and a lobby is called when its pages
// have asked at the start: these must not be late. A short claim window must not go by between two loads.
func (e *exchange) reloadOf(s *web.Status) time.Duration {
	switch s.State {
	case web.Full, web.Resume:
		return doorReload
	case web.Lobby, web.Lots, web.Drawing:
		return s.Next
	default:
		window := e.r.Line.View().Snapshot.Document.Timing.Window
		return max(s.Next, min(web.CalmReload, window*2/5))
	}
}

// status is what a page says of the place of a decision.
func (e *exchange) status(d *decision) web.Status {
	place, shown := &e.place, e.shown
	switch {
	case d.cookie == cookieTicket:
		place, shown = &e.stands, -1
	case d.reason == queue.ReasonOver:
		*place, shown = e.r.resuming(), -1
	}
	if d.state == queue.StateFull && place.State != queue.StateFull {
		place.Next = spread(doorPoll)
	}
	place.State, place.Reason = d.state, d.reason
	if (e.knows(claim) || e.knows(beat)) && d.state == queue.StateCalled {
		place.Until = e.claimed.Until
	}
	s := e.r.statusOf(place, shown)
	e.sayChance(place, &s, e.purpose == standing || e.purpose == knocking)
	return s
}

// endedPage is the page of a place that ended with its line.
func (e *exchange) endedPage() {
	w := e.waitOf(e.r.ended())
	e.page(200, &w)
}

// waitOf is the waiting page of somebody who has, or had, a place.
func (e *exchange) waitOf(s web.Status) web.Wait {
	to := e.target()
	return web.Wait{Status: s, Target: e.g.waitURL(e.r, e.v, to), Join: e.g.ownURL(e.r, e.v, "join", "", to)}
}

// laterPage is the waiting page of an arrival that has no number yet, and of what comes next for it.
func (e *exchange) laterPage(d *decision, code int, state web.State, coming web.Coming) {
	again := e.target()
	if d.to == toWait {
		again = e.g.waitURL(e.r, e.v, again)
	}
	v := e.r.Line.View()
	s := web.Status{
		State: state, Ahead: -1, Came: e.verdict.came, Next: e.verdict.after, Message: v.Message, Messages: v.Messages, Coming: coming,
	}
	w := web.Wait{Status: s, Target: again}
	if s.Next > 0 {
		w.Reload = max(s.Next, web.CalmReload)
	}
	e.page(code, &w, retryAfter(code, e.verdict.after)...)
}

// page is a page of the line, which loads again by itself.
func (e *exchange) page(code int, w *web.Wait, extra ...string) {
	w.Now, w.Zoned = e.r.clock()
	w.Start, w.InApp = e.startURL(), inApp(e.v)
	e.sayReloads(w)
	sheet := httpx.NewSheet()
	body := e.r.pagesFor(e.v).AppendWait(sheet.Body(), e.g.lang(e.r, e.v), w)
	headers := append(append(make([]string, 0, 16), e.r.headers...), "Einlass-State", w.State.String())
	e.v.AnswerSheet(code, web.HTMLType, sheet, body, withEncoding(append(headers, extra...), body)...)
}
