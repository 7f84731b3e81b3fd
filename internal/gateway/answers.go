package gateway

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// answer is one of the answers of our own that a decision can have. The zero one is none: the site answers.
type answer uint8

const (
	_ answer = iota
	// answerLead leads to the decision's destination.
	answerLead
	// answerPlace is the waiting page: where the place stands.
	answerPlace
	// answerLater and answerNoStore are the waiting page without a number, which loads again by itself.
	answerLater
	answerNoStore
	// answerTurnedAway says why no number was given. answerStatus tells the script of a page at the door where it stands.
	answerTurnedAway
	answerStatus
	// answerBehind is the waiting page without a number that joins by itself when the draw's lobby is over.
	answerBehind
	// answerButton and answerWindow ask in a frame for a press, answerCookies for cookies.
	answerButton
	answerWindow
	answerCookies
	// answerDoor asks for a code, or for the press that an invitation takes.
	answerDoor
	// answerOver says why there is no place, with a button to line up again.
	answerOver
	// answerEnded says that the line has ended with its opening, and what comes next.
	answerEnded
	// answerGuess is for what a browser loads on a guess. It asks again when somebody wants the page.
	answerGuess
	// answerNoPass, answerInLine and answerNoPage are for what is not a page load: never a page that a script would take for
	// the site's answer.
	answerNoPass
	answerInLine
	answerNoPage
	// answerEarly, answerStillWaits and answerPassEnded say that a form was not sent: its sender has no number yet, is in line,
	// or is inside no more.
	answerEarly
	answerStillWaits
	answerPassEnded
	// answerNetworks and answerBusy say that a stay uses too much.
	answerNetworks
	answerBusy
	// answerHome leads to where the room gives its numbers.
	answerHome
	// answerGone is for a client that has left.
	answerGone
)

// reply gives the answer of a decision.
func (e *exchange) reply(d *decision) {
	g, r, v := e.g, e.r, e.v
	switch d.answer {
	case answerLead:
		e.lead(d)
	case answerPlace:
		e.placePage(d)
	case answerLater:
		e.laterPage(d, 429, web.Shed, web.Coming{})
	case answerNoStore:
		e.laterPage(d, 503, web.NoStore, web.Coming{})
	case answerTurnedAway:
		state, next := r.turnsAway(e.joined.Reason)
		e.laterPage(d, 200, state, e.r.coming(&next))
	case answerBehind:
		e.laterPage(d, 200, web.Behind, e.r.coming(&e.r.Line.View().Start))
	case answerStatus:
		s := e.status(d)
		e.answerStatus(&s)
	case answerButton:
		action := g.ownURL(r, v, "join", "", e.target())
		v.Answer(200, web.HTMLType, r.Pages.AppendPress(nil, g.lang(r, v), action), r.pressHeaders...)
	case answerWindow:
		v.Answer(200, web.HTMLType, r.Pages.AppendWindow(nil, g.lang(r, v), e.target()), r.windowHeaders...)
	case answerCookies:
		v.Answer(200, web.HTMLType, r.Pages.AppendCookies(nil, g.lang(r, v), e.tryAgain()), r.doorHeaders...)
	case answerDoor:
		e.answerDoor()
	case answerOver:
		over := web.Placeless{Why: d.ended, Target: e.target()}
		over.Shut, over.Coming = r.shut()
		v.Answer(200, web.HTMLType, r.Pages.AppendOver(nil, g.lang(r, v), &over), r.headers...)
	case answerEnded:
		e.endedPage()
	case answerGuess:
		v.Answer(503, "", nil, "Retry-After", "1")
	case answerNoPass:
		e.tellScript(429, "no-pass")
	case answerInLine:
		e.tellScript(429, "in-line")
	case answerNoPage:
		e.tellScript(429, "no-page")
	case answerEarly:
		e.notSent(429, web.PassEnded{Why: web.FormEarly})
	case answerStillWaits:
		e.notSent(429, web.PassEnded{Why: web.FormInLine})
	case answerPassEnded:
		if !v.ReadsHTML() {
			e.tellScript(403, "pass-ended")
			return
		}
		e.notSent(403, web.PassEnded{})
	case answerNetworks:
		e.crowded("stay-networks", "This pass is used from too many networks", true)
	case answerBusy:
		e.crowded("stay-busy", "This pass has too many requests under way", false)
	case answerHome:
		e.goHome()
	case answerGone:
		v.BreakOff()
	}
}

// lead redirects to the destination. What is known of the bearer's state is said in a field.
func (e *exchange) lead(d *decision) {
	to := e.target()
	switch d.to {
	case toTarget:
	case toWait:
		to = e.g.waitURL(e.r, e.v, to)
	case toWaitKept:
		to = e.g.ownURL(e.r, e.v, "wait", keptMark, to)
	case toDoor:
		to = e.g.ownURL(e.r, e.v, "door", "", to)
	}
	if d.act != admit {
		e.v.Redirect(303, to)
		return
	}
	e.v.Redirect(303, to, "Einlass-State", "inside")
}

// tryAgain is where the page for cookies leads: a code need not be typed again.
func (e *exchange) tryAgain() string {
	if e.purpose != presenting {
		return e.target()
	}
	return e.g.ownURL(e.r, e.v, "door", e.brought.again(), e.target())
}

// answerDoor is the page at the door.
func (e *exchange) answerDoor() {
	buf := pageBuffers.Get().(*[]byte)
	defer pageBuffers.Put(buf)
	if e.purpose == reading && e.brought.invitation {
		e.entrance = e.readBrought(false)
	}
	page, status := e.doorPage(), 200
	if page.News == web.DoorLimited {
		status = 429
	}
	*buf = e.r.Pages.AppendDoor((*buf)[:0], e.g.lang(e.r, e.v), &page)
	headers := append(slices.Clone(e.r.doorHeaders), "Einlass-State", "door")
	e.v.Answer(status, web.HTMLType, *buf, append(headers, retryAfter(status, e.entrance.retry)...)...)
}

// leadTo redirects to a URL. What stands in that of this request is never a Referer.
func (e *exchange) leadTo(to string) {
	e.v.Redirect(303, to, "Referrer-Policy", "no-referrer")
}

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

const (
	// doorPoll and doorReload are how often a page asks at the door, with script and without: less than Timing.Confirm, so
	// that it keeps its turn.
	doorPoll   = 4 * time.Second
	doorReload = 10 * time.Second
)

// calmReload is how often at most a page without script loads itself again: a reader has begun anew each time.
const calmReload = 20 * time.Second

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
		return max(s.Next, min(calmReload, window*2/5))
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
	s := web.Status{State: state, Ahead: -1, Came: e.verdict.came, Next: e.verdict.after, Message: e.r.Line.View().Message, Coming: coming}
	e.page(code, &web.Wait{Status: s, Target: again}, retryAfter(code, e.verdict.after)...)
}

// pageBuffers holds buffers of a page's size; Visit.Answer copies out of them.
var pageBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 8<<10); return &b }}

// page is a page of the line, which loads again by itself.
func (e *exchange) page(code int, w *web.Wait, extra ...string) {
	buf := pageBuffers.Get().(*[]byte)
	defer pageBuffers.Put(buf)
	w.Now, w.Zoned = e.r.clock()
	*buf = e.r.Pages.AppendWait((*buf)[:0], e.g.lang(e.r, e.v), w)
	headers := append(append(make([]string, 0, 16), e.r.headers...), "Einlass-State", w.State.String())
	e.v.Answer(code, web.HTMLType, *buf, append(headers, extra...)...)
}

// answerStatus is the answer to a poll.
func (e *exchange) answerStatus(s *web.Status) {
	buf := pageBuffers.Get().(*[]byte)
	defer pageBuffers.Put(buf)
	s.Now, s.Zoned = e.r.clock()
	*buf = e.r.Pages.AppendStatus((*buf)[:0], e.langOf(), s)
	e.v.Answer(200, web.JSONType, *buf)
}

// notSent says that a form was not sent on.
func (e *exchange) notSent(code int, page web.PassEnded) {
	page.Start = e.g.backTo(e.v)
	headers := append(retryAfter(code, problemRetry), e.r.headersFor(e.v)...)
	e.v.Answer(code, web.HTMLType, e.r.Pages.AppendPassEnded(nil, e.g.lang(e.r, e.v), &page), headers...)
}

// Bounds of the time after which the page asks again by itself: not so often that it adds to what is too much, and often
// enough that the stay does not run out meanwhile.
const (
	soonestAgain = 5 * time.Second
	latestAgain  = time.Minute
)

// crowded says why a request of somebody inside is not forwarded, and that a form was not sent.
func (e *exchange) crowded(kind, title string, networks bool) {
	g, r, v := e.g, e.r, e.v
	headers := retryAfter(429, max(e.heldRetry, time.Second))
	if !v.ReadsHTML() {
		e.crowdedScript(kind, title, networks, headers)
		return
	}
	page := web.Crowded{
		Networks: networks, Form: e.sends, Target: g.waitURL(r, v, asked(v)), Ref: g.noteFault(r.ID, 429, kind),
		Next: min(max(e.heldRetry, soonestAgain), latestAgain),
	}
	if page.Form {
		page.Target = g.backTo(v)
	}
	headers = withReference(append(headers, r.headersFor(v)...), page.Ref)
	v.Answer(429, web.HTMLType, r.Pages.AppendCrowded(nil, g.lang(r, v), &page), headers...)
}

// crowdedScript is crowded for a script, whose person is still inside. Where it only has to wait it gets no URL: a script that
// sent its window away would lose what is entered there.
func (e *exchange) crowdedScript(kind, title string, networks bool, headers []string) {
	p := web.Problem{Status: 429, Type: e.g.Prefix + "/problems/" + kind, Title: title}
	if e.held != heldEnded && e.carries == carriesPass {
		headers = append(headers, "Einlass-State", web.Inside.String())
	}
	if networks {
		p.URL = e.way()
		headers = append(headers, linkTo(p.URL)...)
	}
	e.v.Answer(429, web.ProblemType, web.AppendProblem(nil, &p), headers...)
}

// linkTo is the field by which a script is told of a page. A URL that is too long for a head stands in the body alone.
func linkTo(page string) []string {
	if len(page) > httpx.LongestURL {
		return nil
	}
	return []string{"Link", "<" + strings.ReplaceAll(page, ">", "%3E") + `>; rel="alternate"; type="text/html"`}
}

// retryIn is how soon the page for a short interruption asks again.
const retryIn = 5 * time.Second

// answerFailure answers in the stead of the site. The page loads again by itself: where a pass is needed it does so by way
// of an own URL, because the browser may keep no cookies, or the stay may end meanwhile, and each load would be an arrival.
func (g *Gateway) answerFailure(r *Room, v *httpx.Visit, f *failure, inside bool) {
	r.Metrics.Visit(metrics.Failed)
	if f.status == 0 {
		v.BreakOff()
		return
	}
	ref := door.NewReference()
	g.Log.Warn("not forwarded", zap.String("reference", ref), zap.String("room", r.ID), zap.String("kind", f.kind), zap.Error(f.err))
	switch {
	case !v.ReadsHTML():
		g.problem(v, f.status, f.kind, f.title(), withReference(retryAfter(f.status, retryIn), ref))
	case f.status < 500:
		g.answerError(r, v, f.status, ref)
	default:
		page := web.Interruption{Status: f.status, Form: sends(v.Method()), Next: retryIn, Ref: ref}
		switch {
		case page.Form:
			page.Back = g.backTo(v)
		case inside:
			page.Target = g.waitURL(r, v, asked(v))
		default:
			page.Target = asked(v)
		}
		headers := append(retryAfter(f.status, retryIn), r.headersFor(v)...)
		headers = withReference(headers, ref)
		v.Answer(f.status, web.HTMLType, r.Pages.AppendInterruption(nil, g.lang(r, v), &page), headers...)
	}
}

// refuse answers with an error page, or a problem for what nobody reads.
func (g *Gateway) refuse(r *Room, v *httpx.Visit, status int, kind string) {
	if !v.ReadsHTML() {
		g.problem(v, status, kind, "The request was refused", nil)
		return
	}
	g.answerError(r, v, status, g.noteFault(r.ID, status, kind))
}

// answerError is the page of a fault.
func (g *Gateway) answerError(r *Room, v *httpx.Visit, status int, ref string) {
	v.Answer(status, web.HTMLType, r.Pages.AppendError(nil, g.lang(r, v), status, ref), withReference(r.headersFor(v), ref)...)
}

// failed answers a fault of our own; what it was stands in the log only.
func (g *Gateway) failed(r *Room, v *httpx.Visit, what string, err error) {
	ref := door.NewReference()
	g.Log.Error("visit failed", zap.String("reference", ref), zap.String("room", r.ID), zap.String("what", what), zap.Error(err))
	r.Metrics.Visit(metrics.Failed)
	if !v.ReadsHTML() {
		g.problem(v, 500, "internal", "The request was refused", withReference(nil, ref))
		return
	}
	g.answerError(r, v, 500, ref)
}

// problem answers with an RFC 9457 body.
func (g *Gateway) problem(v *httpx.Visit, status int, kind, title string, headers []string) {
	p := web.Problem{Status: status, Type: g.Prefix + "/problems/" + kind, Title: title}
	v.Answer(status, web.ProblemType, web.AppendProblem(nil, &p), headers...)
}

// explain answers the URL of a problem's type.
func (g *Gateway) explain(v *httpx.Visit, kind string) {
	m, ok := problems[kind]
	if !ok {
		g.missing(v, 404, "not-found")
		return
	}
	v.Answer(200, plainText, []byte(m.title+".\n\n"+m.text+"\n"), "Content-Language", "en")
}

// tellScript answers a request that is no page load with what its script can act on.
func (e *exchange) tellScript(status int, kind string) {
	to := e.way()
	state, after := e.stateForScript()
	if state == web.Ended && kind == "in-line" {
		kind = "no-pass" // the line has ended with its opening
	}
	headers := append(append(retryAfter(status, after), "Einlass-State", state.String()), linkTo(to)...)
	p := web.Problem{Status: status, Type: e.g.Prefix + "/problems/" + kind, Title: problems[kind].title, URL: to}
	e.v.Answer(status, web.ProblemType, web.AppendProblem(nil, &p), headers...)
}

// missing refuses an own URL that leads nowhere, or a method that it does not take.
func (g *Gateway) missing(v *httpx.Visit, status int, kind string, headers ...string) {
	if !v.ReadsHTML() {
		g.problem(v, status, kind, problems[kind].title, headers)
		return
	}
	contentType, body, more := g.ErrorPage(status, kind, true, v.Host(), v.Header("Accept-Language"))
	v.Answer(status, contentType, body, slices.Concat(headers, more)...)
}

// refuseNeutral refuses what belongs to no room.
func (g *Gateway) refuseNeutral(v *httpx.Visit, status int, kind string) {
	contentType, body, headers := g.ErrorPage(status, kind, v.ReadsHTML(), v.Host(), v.Header("Accept-Language"))
	v.Answer(status, contentType, body, headers...)
}

// plain answers a program of the operator's.
func plain(v *httpx.Visit, status int, contentType string, body []byte) {
	v.Answer(status, contentType, body)
}

// done answers what asks for nothing.
func (e *exchange) done() { e.v.Answer(204, "", nil) }

// answerKeys publishes the public keys. Unlike our other answers this one may be cached: it is the same for everybody, and
// a program that verifies many statements need not ask for each.
func (e *exchange) answerKeys() {
	maxAge := "public, max-age=" + strconv.Itoa(int(token.MaxJWKSAge/time.Second))
	e.v.Answer(200, "application/jwk-set+json", e.r.Tokens.AppendJWKS(nil, e.r.now()), "Cache-Control", maxAge)
}

// answerRecord publishes records of draws. They grow while a draw is under way, so nobody keeps them.
func (e *exchange) answerRecord(text []byte) { e.v.Answer(200, web.JSONType, text) }

// answerDraw is the page of a draw.
func (e *exchange) answerDraw(d *web.Draw) {
	buf := pageBuffers.Get().(*[]byte)
	defer pageBuffers.Put(buf)
	*buf = e.r.Pages.AppendDraw((*buf)[:0], e.langOf(), d)
	e.v.Answer(200, web.HTMLType, *buf, e.r.headers...)
}

// answerMove is the page with a link to the visitor's place.
func (e *exchange) answerMove(m *web.Move) {
	body, err := e.r.Pages.AppendMove(nil, e.g.lang(e.r, e.v), m)
	if err != nil {
		e.g.failed(e.r, e.v, "link to a place not shown", err)
		return
	}
	e.v.Answer(200, web.HTMLType, body, e.r.headers...)
}

// answerTake is the page that a link leads to.
func (e *exchange) answerTake(status int, t *web.Take) {
	headers := append(retryAfter(status, storeRetry), e.r.headers...)
	e.v.Answer(status, web.HTMLType, e.r.Pages.AppendTake(nil, e.g.lang(e.r, e.v), t), headers...)
}

// answerFoundPlace is the page on which anybody with number and code sees where a place stands.
func (e *exchange) answerFoundPlace(f *web.PlaceForm) {
	f.Action, f.Room = e.g.Prefix+"/place", e.r.ID
	e.v.Answer(200, web.HTMLType, e.r.Pages.AppendPlace(nil, e.g.lang(e.r, e.v), f), e.r.headers...)
}

// tooManyGuesses refuses to read a code, right or wrong.
func (e *exchange) tooManyGuesses(after time.Duration) {
	e.r.Metrics.Visit(metrics.Limited)
	ref := e.g.noteFault(e.r.ID, 429, "too-many-codes")
	headers := withReference(append(retryAfter(429, after), e.r.headers...), ref)
	e.v.Answer(429, web.HTMLType, e.r.Pages.AppendError(nil, e.g.lang(e.r, e.v), 429, ref), headers...)
}

// answerBadLink is the page of a link that leads to no place.
func (e *exchange) answerBadLink(why web.BadLink) {
	back := e.g.waitURL(e.r, e.v, e.target())
	e.v.Answer(200, web.HTMLType, e.r.Pages.AppendBadLink(nil, e.g.lang(e.r, e.v), why, back), e.r.headers...)
}

// answerAsset sends a file of our pages.
func (g *Gateway) answerAsset(v *httpx.Visit, asset *web.Asset) { sendAsset(v, asset, asset.Headers()) }

// answerClient sends the script that pages of the site may include.
func (g *Gateway) answerClient(v *httpx.Visit) {
	asset, headers := g.Library.Client(), web.ClientHeaders()
	// RFC 9110 §13.1.2: either form of the content is the one that the browser has.
	if had := v.Header("If-None-Match"); bytes.Contains(had, []byte(asset.ETag)) || bytes.Contains(had, []byte(asset.GzipETag)) {
		_, etag, _ := assetForm(v, asset)
		v.Answer(304, "", nil, "Cache-Control", headers[1], "Vary", "Accept-Encoding", "ETag", etag)
		return
	}
	sendAsset(v, asset, headers)
}

// sendAsset sends the form of a file that the browser takes.
func sendAsset(v *httpx.Visit, asset *web.Asset, headers []string) {
	body, etag, zipped := assetForm(v, asset)
	if zipped {
		headers = append(headers, "Content-Encoding", "gzip")
	}
	v.Answer(200, asset.ContentType, body, append(headers, "ETag", etag)...)
}

// assetForm is the form of a file that the browser takes: compressed, or as it is.
func assetForm(v *httpx.Visit, asset *web.Asset) (body []byte, etag string, zipped bool) {
	if asset.Gzip != nil && acceptsGzip(v) {
		return asset.Gzip, asset.GzipETag, true
	}
	return asset.Body, asset.ETag, false
}

// retryAfter is the header for statuses that have one (RFC 9110 §10.2.3), in whole seconds.
func retryAfter(status int, d time.Duration) []string {
	if status != 429 && status != 503 {
		return nil
	}
	return []string{"Retry-After", strconv.Itoa(int((d + time.Second - 1) / time.Second))}
}
