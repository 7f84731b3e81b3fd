package queue

import "time"

// Answer is the answer to a poll.
type Answer struct {
	// State is that of the place. StateUnknown: the head has passed this place, and the store has not said yet whether it
	// was called; ask again in Next, or Claim. StateLobby: the place counts in a lobby, or in a draw whose seed is not known.
	State State
	// Reason says more of some states; see Reason.
	Reason Reason
	// Number is the number to show, 0: none is known yet, because the draw gives it.
	Number uint64
	// Ahead is how many places are called before this one, at the front and in the line, if waiting, -1: not known.
	// Exact says that it is a count. Otherwise it is an estimate within 1 %, or what was shown before, which never rises.
	Ahead int64
	Exact bool
	// More is how many places at the front are called first in addition to Ahead: they came back since.
	More int64
	// Before is how many places are not over yet before this one has its turn, in all lanes, called and inside alike; -1: not known.
	Before int64
	// Came is how many have come to the lobby so far, or take part in the draw; 0 in other states.
	Came int64
	// Low and High are an estimate of the time until the call; zero: there is none. Full says that there is none because
	// no place can be called until a visitor leaves the site.
	Low, High time.Duration
	Full      bool
	// Promises says how the ranges that were told before were kept.
	Promises Promises
	// Next is when to poll again; in StateFull, when to Claim again.
	Next time.Duration
	// Until is the end of a call, in store milliseconds.
	Until int64
	// Paused, Holding and Stale say why no place is called now: the operator has paused the line or set a rate of 0; the line
	// was lost and is being rebuilt; the store is away and the answer is from the last snapshot. Starting: the opening has just
	// begun, and the places of its lobby are coming into the line.
	Paused, Holding, Stale, Starting bool
	// SiteDown: no place is called because the site behind does not answer.
	SiteDown bool
	// Phase is what the room is doing, and Opening the opening that it belongs to; Start what the plan says comes next.
	Phase   Phase
	Opening string
	Start   Start
	// SoldOut: everything is booked. StandsBy: this place is among those that are called if something is freed.
	SoldOut, StandsBy bool
	// Drawn is the opening whose draw has given the place its order; empty: none has.
	Drawn string
	// BehindDraw: the place comes behind all lots of the draw that the room waits for.
	BehindDraw bool
	// BelowFloor: the line was closed below this place's order. Unless it was called before, it has ended.
	BelowFloor bool
	// Renewable: the ticket of a place in the lobby may be issued again, because its lobby is known to be open, or its draw to wait
	// for the seed.
	Renewable bool
	// Guessed: State is not the store's word, and the place may long have had its stay. The store is away, and the head has passed
	// the place or is not known.
	Guessed bool
	// Message is the text that the operator has set, Messages are those for single languages. They must not be changed.
	Message  string
	Messages map[string]string
}

// show sets the figure that is shown: never more than the visitor was shown last.
func (a *Answer) show(first int64, exact bool, shown int64) {
	if shown >= 0 && shown < first {
		a.Ahead = shown
		return
	}
	a.Ahead, a.Exact = first, exact
}
