package gateway

import (
	"slices"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
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
	// answerLater, answerLaterNetwork and answerNoStore are the waiting page without a number, which loads again by itself.
	answerLater
	answerLaterNetwork
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
	case answerLaterNetwork:
		e.laterPage(d, 429, web.Network, web.Coming{})
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
		answerPage(v, 200, r.pagesFor(v).AppendPress(nil, g.lang(r, v), action), r.pressHeaders...)
	case answerWindow:
		answerPage(v, 200, r.pagesFor(v).AppendWindow(nil, g.lang(r, v), e.target()), r.windowHeaders...)
	case answerCookies:
		answerPage(v, 200, r.pagesFor(v).AppendCookies(nil, g.lang(r, v), e.tryAgain()), r.doorHeaders...)
	case answerDoor:
		e.answerDoor()
	case answerOver:
		over := web.Placeless{Why: d.ended, Join: g.ownURL(r, v, "join", "", e.target())}
		over.Shut, over.Coming = r.shut()
		if over.Shut == web.Waiting {
			over.Wait = r.newcomer(0)
		}
		headers := append(slices.Clone(r.pressHeaders), "Einlass-State", web.None.String())
		answerPage(v, 200, r.pagesFor(v).AppendOver(nil, g.lang(r, v), &over), headers...)
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
		e.notSent(429, web.PassEnded{Why: web.FormEarly, Wait: r.newcomer(0)})
	case answerStillWaits:
		e.notSent(429, web.PassEnded{Why: web.FormInLine, Wait: r.statusOf(&e.place, e.shown)})
	case answerPassEnded:
		if !v.ReadsHTML() {
			e.tellScript(403, "pass-ended")
			return
		}
		e.notSent(403, web.PassEnded{Resumes: e.carries == carriesEndedPass && e.resumable, Wait: r.newcomer(e.pass.Rank.Lane)})
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
		to = e.g.ownURL(e.r, e.v, "wait", e.spokenMark()+keptMark, to)
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
	if e.purpose == reading && e.brought.invitation {
		e.entrance = e.readBrought(false)
	}
	page, status := e.doorPage(), 200
	if page.News == web.DoorLimited {
		status = 429
	}
	sheet := httpx.NewSheet()
	body := e.r.pagesFor(e.v).AppendDoor(sheet.Body(), e.g.lang(e.r, e.v), &page)
	headers := append(slices.Clone(e.r.doorHeaders), "Einlass-State", "door")
	answerSheet(e.v, status, sheet, body, append(headers, retryAfter(status, e.entrance.retry)...)...)
}

// leadTo redirects to a URL. What stands in that of this request is never a Referer.
func (e *exchange) leadTo(to string) {
	e.v.Redirect(303, to, "Referrer-Policy", "no-referrer")
}

// notSent says that a form was not sent on.
func (e *exchange) notSent(code int, page web.PassEnded) {
	page.Start = e.g.backTo(e.v)
	e.r.sayStay(&page.Wait)
	headers := append(retryAfter(code, problemRetry), e.r.headersFor(e.v)...)
	answerPage(e.v, code, e.r.pagesFor(e.v).AppendPassEnded(nil, e.g.lang(e.r, e.v), &page), headers...)
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
	answerPage(v, 429, r.pagesFor(v).AppendCrowded(nil, g.lang(r, v), &page), headers...)
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
		answerPage(v, f.status, r.pagesFor(v).AppendInterruption(nil, g.lang(r, v), &page), headers...)
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

// answerError is the page of a fault. more are further header fields.
func (g *Gateway) answerError(r *Room, v *httpx.Visit, status int, ref string, more ...string) {
	headers := slices.Concat(withReference(r.headersFor(v), ref), more)
	answerPage(v, status, r.pagesFor(v).AppendError(nil, g.lang(r, v), status, ref), headers...)
}

// refuseAside says that too much comes without a pass.
func (e *exchange) refuseAside(after time.Duration) {
	if !e.reads {
		e.g.problem(e.v, 429, "too-many", "There are too many requests without a pass", retryAfter(429, after))
		return
	}
	e.g.answerError(e.r, e.v, 429, e.g.noteFault(e.r.ID, 429, "too-many"), retryAfter(429, after)...)
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

// explain answers the URL of a problem's type.
func (g *Gateway) explain(v *httpx.Visit, kind string) {
	m, ok := problems[kind]
	if !ok {
		g.missing(v, 404, "not-found")
		return
	}
	v.Answer(200, plainText, []byte(m.title+".\n\n"+m.text+"\n"), "Content-Language", "en")
}

// missing refuses an own URL that leads nowhere, or a method that it does not take.
func (g *Gateway) missing(v *httpx.Visit, status int, kind string, headers ...string) {
	if !v.ReadsHTML() {
		g.problem(v, status, kind, problems[kind].title, headers)
		return
	}
	contentType, body, more := g.ErrorPage(status, kind, readerOf(v, true))
	v.Answer(status, contentType, body, slices.Concat(headers, more)...)
}

// refuseNeutral refuses what belongs to no room.
func (g *Gateway) refuseNeutral(v *httpx.Visit, status int, kind string) {
	contentType, body, headers := g.ErrorPage(status, kind, readerOf(v, v.ReadsHTML()))
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
	sheet := httpx.NewSheet()
	answerSheet(e.v, 200, sheet, e.r.pagesFor(e.v).AppendDraw(sheet.Body(), e.langOf(), d), e.r.headers...)
}

// answerMove is the page with a link to the visitor's place.
func (e *exchange) answerMove(m *web.Move) {
	body, err := e.r.pagesFor(e.v).AppendMove(nil, e.g.lang(e.r, e.v), m)
	if err != nil {
		e.g.failed(e.r, e.v, "link to a place not shown", err)
		return
	}
	answerPage(e.v, 200, body, e.r.headers...)
}

// answerTake is the page that a link leads to.
func (e *exchange) answerTake(status int, t *web.Take) {
	headers := append(retryAfter(status, storeRetry), e.r.headers...)
	answerPage(e.v, status, e.r.pagesFor(e.v).AppendTake(nil, e.g.lang(e.r, e.v), t), headers...)
}

// answerFoundPlace is the page on which anybody with number and code sees where a place stands.
func (e *exchange) answerFoundPlace(f *web.PlaceForm) {
	f.Action, f.Room = e.g.Prefix+"/place", e.r.ID
	answerPage(e.v, 200, e.r.pagesFor(e.v).AppendPlace(nil, e.g.lang(e.r, e.v), f), e.r.headers...)
}

// tooManyGuesses refuses to read a code, right or wrong.
func (e *exchange) tooManyGuesses(after time.Duration) {
	e.r.Metrics.Visit(metrics.Limited)
	e.g.answerError(e.r, e.v, 429, e.g.noteFault(e.r.ID, 429, "too-many-codes"), retryAfter(429, after)...)
}

// answerBadLink is the page of a link that leads to no place.
func (e *exchange) answerBadLink(why web.BadLink) {
	back := e.g.waitURL(e.r, e.v, e.target())
	answerPage(e.v, 200, e.r.pagesFor(e.v).AppendBadLink(nil, e.g.lang(e.r, e.v), why, back), e.r.headers...)
}

// retryAfter is the header for statuses that have one (RFC 9110 §10.2.3), in whole seconds.
func retryAfter(status int, d time.Duration) []string {
	if status != 429 && status != 503 {
		return nil
	}
	return []string{"Retry-After", strconv.Itoa(int((d + time.Second - 1) / time.Second))}
}
