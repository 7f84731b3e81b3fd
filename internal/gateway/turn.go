package gateway

import (
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// The part of decide that is about those who have a place, or a stay that may go on.

// decideKnock is for a page at the door: where its bearer stands, and in if it can be. It is a press that goes on: only a
// page on which somebody has come to the door asks so, and the answer is for its script.
func decideKnock(f *facts) decision {
	d := decision{act: wait, state: queue.StateSpent, count: metrics.Poll}
	switch {
	case f.carries == carriesPass, f.through:
		d.state = queue.StateInside
	case f.carries == carriesTicket:
		d, _ = decidePlace(f)
	case f.carries == carriesEndedPass && f.resumable:
		d, _ = decideResume(f)
	}
	switch d.act {
	case asking:
		return d
	case admit:
		d.state = queue.StateInside
	default:
		d.count = metrics.Poll
	}
	d.answer = answerStatus
	return d
}

// decideTicket is for a visitor with a ticket. spent: the ticket has bought its stay, and the visitor has no place.
func decideTicket(f *facts) (d decision, spent bool) {
	if !f.reads {
		return decision{act: refuse, answer: answerInLine, count: metrics.Refused}, false
	}
	return decidePlace(f)
}

// decidePlace is for a ticket whose bearer can be told where it stands.
func decidePlace(f *facts) (d decision, spent bool) {
	if !f.knows(poll) {
		return ask(poll), false
	}
	d = decision{
		act: wait, answer: answerPlace, cookie: cookieKeepTicket, count: metrics.Page,
		state: f.place.State, reason: f.place.Reason,
	}
	if d.state == queue.StateWaiting || d.state == queue.StateLobby {
		return d, false
	}
	// A load that another host's page makes in a frame may not use up a call: the visitor has not asked for it, and may not
	// see it.
	if f.framed && !f.sameOrigin {
		return d, d.state == queue.StateSpent
	}
	// The head has come by: only the store knows whether this place is called. A claim is how a person asks; what a page loads by itself
	// begins no stay, because nobody may be there.
	how := claim
	if f.byItself {
		how = beat
	}
	if !f.knows(how) {
		return ask(how), false
	}
	if f.claimFailed {
		return d, false
	}
	d.reason = f.claimed.Reason
	switch {
	case f.claimed.State == queue.StateInside && how == claim:
		return decision{act: admit, answer: answerLead, cookie: cookiePass, count: metrics.Claim}, false
	case f.claimed.State == queue.StateSpent:
		d.state = queue.StateSpent
		return d, true
	case f.claimed.State == queue.StateWaiting:
		d.state = queue.StateUnknown // the turn has come as far as this gateway knows, and the line does not say so yet
	default:
		d.state = f.claimed.State
	}
	return d, false
}

// decideResume is for a page load of somebody whose stay has run out and may be resumed: at the door, before every new call.
// spent: it cannot be resumed after all.
func decideResume(f *facts) (d decision, spent bool) {
	d = decision{act: wait, answer: answerPlace, count: metrics.Page, state: queue.StateMissed, reason: queue.ReasonOver}
	if f.framed && !f.sameOrigin || f.byItself {
		return d, false // as for a call
	}
	if !f.knows(resume) {
		return ask(resume), false
	}
	switch {
	case f.claimFailed:
	case f.claimed.State == queue.StateInside:
		return decision{act: admit, answer: answerLead, cookie: cookiePass, count: metrics.Claim}, false
	case f.claimed.State == queue.StateSpent:
		d.state, d.reason = queue.StateSpent, f.claimed.Reason
		return d, true
	}
	return d, false
}

// overBy is the page of a ticket that has ended, for a reason that the store knows.
func overBy(why queue.Reason) decision {
	if why == queue.ReasonFloor {
		return decision{act: refuse, answer: answerEnded, count: metrics.Page}
	}
	return over(endingOf(why))
}

// endingOf is what a page says of a ticket that has ended. Where the reason is not known it says what can be.
func endingOf(why queue.Reason) web.Ending {
	switch why {
	case queue.ReasonFinished:
		return web.EndedStay
	case queue.ReasonLeft:
		return web.EndedLeft
	case queue.ReasonTwice:
		return web.EndedTwice
	case queue.ReasonMoved:
		return web.EndedMoved
	case queue.ReasonRemoved:
		return web.EndedRemoved
	case queue.ReasonExpired:
		return web.EndedExpired
	case queue.ReasonCode:
		return web.EndedCode
	default:
		return web.EndedUsed
	}
}
