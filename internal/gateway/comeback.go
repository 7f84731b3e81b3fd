package gateway

import (
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// The part of decide that is about those who come back with something that is over.

// decideReturn is for a person's page load with a stay that is over, or with a cookie that nobody can read. A new number takes a press: who
// comes back reads first what has become of the old one. Where nobody waits there is no number to be had and nobody to overtake, so the
// page would stop people for nothing: there they go straight in, as everybody does who comes. That nobody waits is known of a moment
// ago. Whoever finds others in line all the same reads the page, and the place is given up again.
func decideReturn(f *facts, why web.Ending) decision {
	if !f.calm || !f.loads {
		return over(why)
	}
	d := decideArrival(f)
	if d.cookie == cookieTicket {
		return over(why)
	}
	return d
}

// returns reports whether a request is one of decideReturn, if it is no press.
func (f *facts) returns() bool {
	return f.purpose == visiting && (f.carries == carriesPass || f.carries == carriesEndedPass || f.unknown)
}

// outlasted is why a stay is over that cannot be resumed.
func (f *facts) outlasted() web.Ending {
	if sealed(&f.pass) {
		return web.EndedStay
	}
	return web.EndedExpired
}

// stayEnding is what a page says of a stay that has ended. Why it has may be forgotten.
func stayEnding(why queue.Reason) web.Ending {
	switch why {
	case queue.ReasonMoved, queue.ReasonRemoved, queue.ReasonCode:
		return endingOf(why)
	default:
		return web.EndedStay
	}
}

// calm reports whether nobody waits, as far as is known, so that who comes goes straight in.
func (r *Room) calm() bool {
	v := r.Line.View()
	if !v.Known || v.Stale != 0 || v.Snapshot.Opening.Phase != queue.PhaseOpen {
		return false
	}
	f := &v.Snapshot
	if v.Places()+f.Calls+f.Asking > 0 || f.Document.Pace.MaxInside > 0 && f.Counted >= 1000*f.Document.Pace.MaxInside {
		return false
	}
	a := r.newcomer(0)
	return a.State == web.Waiting && !a.Full
}
