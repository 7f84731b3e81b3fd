package proxy

import "time"

// Stay names the stay that a request belongs to, for Stays.
type Stay struct {
	Visitor [16]byte
	Started int64 // when it began, in ms of the caller's clock
	// Quiet says that nothing which moves within this request is the visitor's doing.
	Quiet bool
}

// Stays is told of what a visitor does within a request: messages on a WebSocket, and the bytes of a long transfer. Both may ask
// a store. It is safe for concurrent use.
type Stays interface {
	// Act notes that the visitor does something now. False: the stay is over.
	Act(Stay) bool
	// Left is how long the stay lasts if the visitor does nothing more; 0: it is over.
	Left(Stay) time.Duration
}

// activity is what an exchange tells of its stay. The zero value tells nobody.
type activity struct {
	stays Stays
	stay  Stay
}

// goesOn notes that something moved, and reports whether the stay goes on. It is cheap as long as the stay does.
func (a *activity) goesOn() bool {
	switch {
	case a.stays == nil:
		return true
	case a.stay.Quiet:
		return a.stays.Left(a.stay) > 0
	}
	return a.stays.Act(a.stay)
}

// acts is goesOn for what may go on after the stay.
func (a *activity) acts() {
	if a.stays != nil && !a.stay.Quiet && !a.stays.Act(a.stay) {
		a.stays = nil
	}
}
