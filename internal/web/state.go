package web

// State is where a visitor stands, as the pages tell it.
type State uint8

const (
	// Waiting: in the line.
	Waiting State = iota
	// Front: back after an absence, called before everybody in the line.
	Front
	// Missed: called, but the call was not claimed. A press on the button brings the place to the front.
	Missed
	// Called: the place may be claimed now.
	Called
	// Paused: in the line, and nobody is being let in.
	Paused
	// Down: in the line, and nobody is being let in because the site does not answer.
	Down
	// Recovering: in the line; the store came back and the order is being restored.
	Recovering
	// NoStore: no place yet, because none can be given out right now.
	NoStore
	// Shed: no place yet, because too many arrive at once.
	Shed
	// Network: the same, because too many arrive from one network.
	Network
	// Behind: no place yet, because the network has all its lots of the draw. The page joins by itself after the start.
	Behind
	// Turn: the head has come by, and what that means for this place is not known yet; the next poll tells.
	Turn
	// Checking: the same where it need not be the turn, because the place may have ended, or nobody is let in at present.
	Checking
	// Full: it is this visitor's turn, and the room is full. The page asks again; that keeps the turn.
	Full
	// Resume: the stay ran out and can be resumed before every new call. The page asks for that.
	Resume
	// Lobby: there is a number, and calls have not begun. Lots is the same where the order will be drawn, so that the
	// number says nothing; Drawing: it is being drawn.
	Lobby
	Lots
	Drawing
	// Late: in the line, behind the lots of a draw whose order is not known yet.
	Late
	// Between: in the line, between openings; the place stays. Refill is the same while everything is booked for now.
	Between
	Refill
	// Over: in the line, people are let in no more, and the plan has nothing further.
	Over
	// Standby and Booked: in the line, and everything is booked. The first is called if something is freed.
	Standby
	Booked
	// Ended: no place any more, because the line ended with its opening. A press takes a new number, if any are given.
	Ended
	// Closed, Early, Limit, SoldOut: no place, because none are given between openings, none any more in this one, so many wait already, or
	// everything is booked. All may pass, so their pages ask again by themselves.
	Closed
	Early
	Limit
	SoldOut

	pageStates // the states above have a page

	// None answers a poll only: this visitor has no place (any more) and a reload of the page gives one.
	// As a page it is NoStore.
	None
	// Inside answers a poll only: this visitor holds a pass, claimed perhaps in another tab. As a page it is
	// Called.
	Inside
)

var stateNames = [...]string{
	Waiting: "waiting", Front: "front", Missed: "missed", Called: "called", Paused: "paused", Down: "down",
	Recovering: "recovering", NoStore: "nostore", Shed: "shed", Network: "network", Behind: "behind", Turn: "turn", Checking: "checking", Full: "full", Resume: "resume",
	Lobby: "lobby", Lots: "lots", Drawing: "drawing", Late: "late", Between: "between", Refill: "refill", Over: "over", Standby: "standby", Booked: "booked",
	Ended: "ended", Closed: "closed", Early: "early", Limit: "limit", SoldOut: "soldout", None: "none", Inside: "inside",
}

// String is the state's name in the status and in the page.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return ""
}

// page is the state whose page is shown.
func (s State) page() State {
	switch {
	case s < pageStates:
		return s
	case s == Inside:
		return Called
	}
	return NoStore
}
