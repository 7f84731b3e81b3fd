package gateway

import (
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// The part of decide that is about the own URL of the door.

// decideReading is for the page at the door. It is what a letter's link leads to, so whatever loads it takes nothing.
func decideReading(f *facts) decision {
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
	case !f.guarded:
		return pastDoor()
	case f.elsewhere:
		return decision{act: wait, answer: answerHome, count: uncounted}
	case f.carries == carriesPass && !f.knows(touch):
		return ask(touch)
	case f.touched:
		return decision{act: admit, answer: answerLead, count: uncounted}
	}
	return decideAtDoor(f)
}

// pastDoor is for a door at which nobody is asked for anything.
func pastDoor() decision {
	return decision{act: wait, answer: answerLead, to: toTarget, count: uncounted}
}

// decideAtDoor is the page at the door, and a secret for a browser that has none, nor a place.
func decideAtDoor(f *facts) decision {
	d := decision{act: wait, answer: answerDoor, count: metrics.Page}
	switch f.carries {
	case carriesNothing, carriesLeft, carriesPress:
		d.cookie = cookieSecret
	default:
	}
	return d
}

// decideNotOpened is for a press at the door that brought nothing which opens it. It leads to a page that says so, and can be loaded again; where
// the cookie holds something better than a note, or the answer is a status, or the link brings all again, that page is the answer itself.
func decideNotOpened(f *facts) decision {
	if f.carries != carriesNothing && f.carries != carriesLeft || f.entrance.invited || f.entrance.news == web.DoorLimited {
		return decideAtDoor(f)
	}
	return decision{act: wait, answer: answerLead, to: toDoor, cookie: cookieNote, count: uncounted}
}

// decidePresent is for a press at the door, with a code or an invitation.
func decidePresent(f *facts) decision {
	if f.through {
		return leadToWait()
	}
	if !f.knows(look) {
		return ask(look)
	}
	switch {
	case !f.guarded:
		return pastDoor()
	case f.elsewhere:
		return decideElsewhere()
	case !f.cookieSent && f.framed:
		return decision{act: refuse, answer: answerWindow, count: metrics.Page}
	case !f.cookieSent:
		// The page at the door has set one. A code would be used for a number that no cookie keeps.
		return decision{act: refuse, answer: answerCookies, cookie: cookieSecret, count: metrics.Page}
	}
	if f.carries == carriesPass {
		if !f.knows(touch) {
			return ask(touch)
		}
		if f.touched {
			return leadToWait()
		}
	}
	if !f.knows(present) {
		return ask(present)
	}
	if f.entrance.news != web.DoorAsks {
		return decideNotOpened(f)
	}
	if q := f.placeQuestion(); q != 0 && !f.knows(q) {
		return ask(q)
	}
	if f.placeQuestion() != 0 && (f.claimFailed || f.claimed.State != queue.StateSpent) && !f.swaps() {
		return leadToWait()
	}
	return decideArrival(f)
}

// placeQuestion is how to ask whether the place of a press still stands; 0: it has none.
func (f *facts) placeQuestion() question {
	switch {
	case f.carries == carriesTicket:
		return claim
	case f.carries == carriesEndedPass && f.resumable:
		return resume
	}
	return 0
}

// swaps reports whether a place in line is given for one in another lane. Whose turn it is stays.
func (f *facts) swaps() bool {
	if f.purpose != presenting || f.carries != carriesTicket || !f.knows(claim) || f.claimFailed || f.entrance.lane == f.ticket.Rank.Lane {
		return false
	}
	switch f.claimed.State {
	case queue.StateWaiting, queue.StateFront, queue.StateMissed, queue.StateLobby:
		return true
	}
	return false
}
