package gateway

import (
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// decide says what is done with a request, from what is known of it. It is pure: where it needs to know more, the decision
// is a question, and it is called again when the answer stands in facts. No question is asked twice, so a visitor with a
// pass costs none of the looks and calls that only the others need.
func decide(f *facts) decision {
	switch f.purpose {
	case pressing:
		return decidePress(f)
	case standing:
		return inStrangersFrame(f, decideStanding(f))
	case knocking:
		return decideKnock(f)
	case reading:
		return inStrangersFrame(f, decideReading(f))
	case presenting:
		return decidePresent(f)
	default:
		return inStrangersFrame(f, decideVisit(f))
	}
}

// act is what is done with a request.
type act uint8

const (
	// asking: the decision is not made yet.
	asking act = iota
	// forward sends the request to the site.
	forward
	// bypass sends it there although nobody has a place, because there is no waiting room at present.
	bypass
	// beside sends it there without a pass, as what needs none by design.
	beside
	// wait answers a visitor that has a place or may get one: the waiting page, or what comes before it.
	wait
	// admit leads somebody inside to the target.
	admit
	// refuse answers what gets no place.
	refuse
)

// decision is what decide says.
type decision struct {
	act    act
	ask    question
	answer answer
	cookie cookie
	// count is the kind of visit that it is counted as.
	count metrics.Visit
	// to is where an answer leads.
	to destination
	// state and reason are what a waiting page says of the place.
	state  queue.State
	reason queue.Reason
	// ended is why there is no place.
	ended web.Ending
}

// uncounted is the count of a step on the way to an answer that is counted.
const uncounted = metrics.Visit(255)

// destination is where an answer leads.
type destination uint8

const (
	// toTarget: what was asked for, in the end.
	toTarget destination = iota
	// toWait: the own URL of the waiting page, which leads to the target.
	toWait
	// toWaitKept is toWait, with the mark that a cookie was given.
	toWaitKept
	// toDoor: the own URL of the page at the door, which leads to the target.
	toDoor
)

func ask(q question) decision { return decision{ask: q} }

// decideVisit is for a guarded URL of the site.
func decideVisit(f *facts) decision {
	if f.carries == carriesPass {
		if !f.knows(touch) {
			return ask(touch)
		}
		if f.touched {
			return decideForward(f, metrics.Forward, cookieKeepPass)
		}
	}
	if f.through {
		return decision{act: bypass, count: uncounted}
	}
	if f.finished && f.fetches {
		// What the last page needs: its style, a picture, the document to keep. The place is free, and stays so.
		return decideForward(f, metrics.Late, cookieStays)
	}
	if !f.knows(look) {
		return ask(look)
	}
	switch {
	case f.guess:
		return decision{act: refuse, answer: answerGuess, count: metrics.Refused}
	case f.aside == asideOdd:
		return decision{act: refuse, answer: answerNoPass, count: metrics.Refused}
	case f.aside != asideNone:
		return decision{act: beside, count: uncounted}
	case f.carries == carriesPass:
		if d, fetched := decideLastParts(f); fetched {
			return d
		}
		switch {
		case f.sends:
			return decideNotSent(f)
		case f.reads:
			return decideReturn(f, stayEnding(f.endedBy))
		}
	case f.carries == carriesEndedPass && (f.sends || !f.reads):
		return decideLate(f)
	case f.carries == carriesEndedPass:
		if d, goesOn := decideGoesOn(f); goesOn {
			return d
		}
		if f.framed && !f.sameOrigin {
			break
		}
		if !f.resumable {
			return decideReturn(f, f.outlasted())
		}
		d, spent := decideResume(f)
		if spent {
			return decideReturn(f, endingOf(d.reason))
		}
		return d
	case f.sends:
		return decideNotSent(f)
	case f.carries == carriesTicket:
		d, spent := decideTicket(f)
		if spent {
			return overBy(d.reason)
		}
		return d
	case f.unknown && f.reads:
		return decideReturn(f, web.EndedUnknown)
	}
	return decideArrival(f)
}

// decideLastParts is for what a finished stay fetches whose pass does not say that it is finished. A page is not among it: no
// copy of such a pass gets in.
func decideLastParts(f *facts) (d decision, fetched bool) {
	if !f.unsealed || !f.fetches || f.reads {
		return decision{}, false
	}
	return decideForward(f, metrics.Late, cookieSeal), true
}

// decideGoesOn is for a pass that has run out before its stay: no pass is replaced that is young, so the last request may be later
// than the pass says, and what moves in a WebSocket or a long transfer brings no pass at all. Whoever was here within Idle is
// inside: nothing is resumed, and nobody waits at the door.
func decideGoesOn(f *facts) (d decision, goesOn bool) {
	if f.prolongable && !f.knows(revive) {
		return ask(revive), true
	}
	if f.alive && !f.knows(touch) {
		return ask(touch), true
	}
	if f.touched {
		return decideForward(f, metrics.Forward, cookieKeepPass), true
	}
	return decideLastParts(f)
}

// decideStanding is for the own URL of the waiting page: where its bearer stands, and on. It numbers nobody but those
// whose press found no number.
func decideStanding(f *facts) decision {
	if !f.knows(look) {
		return ask(look)
	}
	switch {
	case f.guess:
		return decision{act: refuse, answer: answerGuess, count: metrics.Refused}
	case !f.reads:
		return decision{act: refuse, answer: answerNoPage, count: metrics.Refused}
	case f.through:
		return decision{act: admit, answer: answerLead, count: uncounted}
	}
	switch f.carries {
	case carriesPass:
		if !f.knows(touch) {
			return ask(touch)
		}
		if f.touched {
			return decision{act: admit, answer: answerLead, count: uncounted}
		}
		return over(stayEnding(f.endedBy))
	case carriesEndedPass:
		if !f.resumable {
			return over(f.outlasted())
		}
		d, spent := decideResume(f)
		if spent {
			return overBy(d.reason)
		}
		return d
	case carriesTicket:
		d, spent := decideTicket(f)
		if spent {
			return overBy(d.reason)
		}
		return d
	case carriesPress:
		return decideArrival(f)
	case carriesLeft:
		return over(web.EndedLeft)
	case carriesNothing:
	}
	return decidePlaceless(f)
}

// decidePlaceless is for a visitor without a place. Perhaps its browser keeps no cookies: one that sends none is given one
// and asked again, because only a cookie that comes back is a sure sign.
func decidePlaceless(f *facts) decision {
	switch {
	case f.cookieSent:
		return over(web.EndedUnknown)
	case f.cookieGiven && f.framed:
		// Browsers refuse in a frame what they keep in a window.
		return decision{act: refuse, answer: answerWindow, count: metrics.Page}
	case f.cookieGiven:
		// The word is for a reload after cookies were allowed.
		return decision{act: refuse, answer: answerCookies, cookie: cookieTry, count: metrics.Page}
	default:
		return decision{act: wait, answer: answerLead, to: toWaitKept, cookie: cookieTry, count: uncounted}
	}
}

func over(why web.Ending) decision {
	return decision{act: refuse, answer: answerOver, ended: why, count: metrics.Page}
}

// leadToWait leads somebody who presses to where the place stands that is there.
func leadToWait() decision {
	return decision{act: wait, answer: answerLead, to: toWait, count: uncounted}
}

// decidePress is for a press on a button of our own page: a number for a visitor without a place, and on to the waiting page.
func decidePress(f *facts) decision {
	if f.through {
		return leadToWait()
	}
	if !f.cookieSent && !f.knows(look) {
		return ask(look)
	}
	if !f.cookieSent && f.framed {
		// The page with the button set one. A number would be lost on a browser that keeps none in a frame.
		return decision{act: refuse, answer: answerWindow, count: metrics.Page}
	}
	switch f.carries {
	case carriesPass:
		if !f.knows(touch) {
			return ask(touch)
		}
		if f.touched {
			return leadToWait()
		}
	case carriesTicket:
		// A claim is how to ask whether the place still stands, and a press may claim.
		if !f.knows(claim) {
			return ask(claim)
		}
		if f.claimFailed || f.claimed.State != queue.StateSpent {
			return leadToWait()
		}
	case carriesEndedPass:
		if !f.resumable {
			break
		}
		if !f.knows(resume) {
			return ask(resume)
		}
		if f.claimFailed || f.claimed.State != queue.StateSpent {
			return leadToWait()
		}
	case carriesNothing, carriesLeft, carriesPress:
	}
	return decideArrival(f)
}

// decideLate is for a form, or a script's request, whose pass has run out. A form that comes a little late is let through: the
// work of filling it in is not thrown away. The stay goes on with it: what the site answers leads to a page that says what was
// booked.
func decideLate(f *facts) decision {
	if f.sends && f.inGrace {
		if !f.knows(touch) {
			return ask(touch)
		}
		if f.touched {
			return decideForward(f, metrics.Late, cookieKeepPass)
		}
		return decideNotSent(f)
	}
	if d, goesOn := decideGoesOn(f); goesOn {
		return d
	}
	if f.sends {
		return decideNotSent(f)
	}
	return decideArrival(f)
}

// decideNotSent is for a form of somebody who is not inside: not yet, or not any more. It is answered as what it is. A page
// load's answer would drop it silently: a redirect does, and who reads a waiting page takes the form for sent.
func decideNotSent(f *facts) decision {
	d := decision{act: refuse, answer: answerEarly, count: metrics.Refused}
	switch {
	case f.carries == carriesPass || f.carries == carriesEndedPass:
		d.answer = answerPassEnded
	case f.carries == carriesTicket && f.reads:
		if !f.knows(poll) {
			return ask(poll)
		}
		if f.place.State != queue.StateSpent {
			d.answer = answerStillWaits
		}
	case f.carries == carriesTicket:
		d.answer = answerInLine
	case !f.reads:
		d.answer = answerNoPass
	}
	return d
}

// decideForward is for a visitor inside: on to the site, within the bounds of what one stay may use.
func decideForward(f *facts, count metrics.Visit, c cookie) decision {
	if !f.knows(hold) {
		return ask(hold)
	}
	if f.held == heldFree {
		return decision{act: forward, cookie: c, count: count}
	}
	return f.refuseHeld(c)
}

// refuseHeld is for a request that the bounds of its stay refuse.
func (f *facts) refuseHeld(c cookie) decision {
	switch f.held {
	case heldNetworks:
		return decision{act: refuse, answer: answerNetworks, cookie: c, count: metrics.Shared}
	case heldEnded:
		// The next request finds that out. A pass of a stay that has ended is not extended.
		if c == cookieKeepPass {
			c = cookieStays
		}
		return decision{act: refuse, answer: answerBusy, cookie: c, count: metrics.Busy}
	case heldGone:
		return decision{act: refuse, answer: answerGone, cookie: c, count: metrics.Failed}
	default:
		return decision{act: refuse, answer: answerBusy, cookie: c, count: metrics.Busy}
	}
}

// decideArrival is for a visitor without a place: a number, if the checks let it have one.
func decideArrival(f *facts) decision {
	if f.elsewhere && (f.purpose != visiting || f.loads) {
		return decideElsewhere()
	}
	v := checkForm(f)
	if v.kind == pass {
		if !f.knows(arrive) {
			return ask(arrive)
		}
		v = f.verdict
	}
	switch v.kind {
	case challenge:
		return decideChallenge(f, v.answer)
	case refusal:
		if f.swaps() {
			return leadToWait()
		}
		return decision{act: refuse, answer: v.answer, count: metrics.Refused}
	case later:
		if f.swaps() {
			return leadToWait()
		}
		d := decision{act: wait, answer: v.answer, count: v.count}
		if f.purpose != visiting {
			// The press is remembered, so that the page which comes back by itself need not ask for another.
			d.to, d.cookie = toWait, cookiePress
		}
		return d
	default:
		return decideNumbered(f)
	}
}

// decideChallenge is for an arrival that has to do something first.
func decideChallenge(f *facts, a answer) decision {
	switch {
	case a == answerDoor && f.purpose == presenting:
		return decideNotOpened(f)
	case a == answerDoor && f.purpose == pressing:
		return decision{act: wait, answer: answerLead, to: toDoor, count: uncounted}
	case a == answerDoor:
		return decideAtDoor(f)
	}
	d := decision{act: wait, answer: a, count: metrics.Page}
	if a == answerButton && !f.cookieSent {
		d.cookie = cookieTry // the press shows whether it comes back
	}
	return d
}

// decideElsewhere is for an arrival at a name, or without TLS, where the room gives no numbers: it goes home first.
func decideElsewhere() decision {
	return decision{act: wait, answer: answerHome, cookie: cookieHand, count: uncounted}
}

// decideNumbered is for an arrival that has just been numbered, or let straight in.
func decideNumbered(f *facts) decision {
	inside := f.joined.State == queue.StateInside
	switch {
	case inside && f.purpose == visiting:
		// In this very round trip.
		return decideForward(f, metrics.Straight, cookiePass)
	case inside:
		// By way of an own URL: whether the browser keeps the pass is not known yet.
		return decision{act: admit, answer: answerLead, to: toWait, cookie: cookiePass, count: metrics.Claim}
	case f.purpose == visiting:
		return decision{act: wait, answer: answerPlace, cookie: cookieTicket, count: metrics.Arrival, state: f.stands.State, reason: f.stands.Reason}
	default:
		return decision{act: wait, answer: answerLead, to: toWait, cookie: cookieTicket, count: metrics.Arrival}
	}
}
