package gateway

import (
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// refusal is why an arrival would get no number at present, as far as this gateway knows; ReasonNone: it would get one. The store decides,
// by the same rules.
func (r *Room) refusal() queue.Reason {
	v := r.Line.View()
	f := &v.Snapshot
	o, waiting := &f.Opening, f.Waiting+f.Front
	if o.Phase == queue.PhaseLobby {
		waiting += int64(o.InLobby(f.Last)) // numbers of a lobby are places as well
	}
	switch limit := f.Document.Door.Limit; {
	case !v.Known || f.Through():
		return queue.ReasonNone
	case o.Phase == queue.PhaseClosed || f.Document.Door.Closed:
		return queue.ReasonClosed
	case limit > 0 && waiting >= limit:
		return queue.ReasonLimit
	case o.SoldOut() && waiting >= o.Standby:
		return queue.ReasonSoldOut
	}
	return queue.ReasonNone
}

// turnsAway is what the page of an arrival says that gets no number, and what comes next for it. Outside an opening the room is
// closed. In one somebody has closed the door, until the next opening.
func (r *Room) turnsAway(why queue.Reason) (web.State, queue.Start) {
	v := r.Line.View()
	switch why {
	case queue.ReasonLimit:
		if v.Snapshot.Opening.Name == "" {
			return web.Limit, v.Start
		}
		return web.Limit, v.Following // whoever meets the limit has the door closed for the rest of this opening
	case queue.ReasonSoldOut:
		return web.SoldOut, v.Start
	}
	o := &v.Snapshot.Opening
	if o.Name == "" || o.Phase == queue.PhaseClosed || o.Phase == queue.PhaseThrough {
		return web.Closed, v.Start
	}
	return web.Early, v.Following
}

// shut is the state of a page that says why no numbers are given at present, with what comes next; Waiting: they are.
func (r *Room) shut() (web.State, web.Coming) {
	why := r.refusal()
	if why == queue.ReasonNone {
		return web.Waiting, web.Coming{}
	}
	state, next := r.turnsAway(why)
	return state, r.coming(&next)
}
