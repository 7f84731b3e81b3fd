package gateway

import (
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// statusOf is an answer of the line in the words of the page. shown is the last number of people ahead that was shown.
func (r *Room) statusOf(a *queue.Answer, shown int64) web.Status {
	if a.State == queue.StateSpent && a.Reason == queue.ReasonFloor {
		return r.ended()
	}
	s := web.Status{
		State: stateOf(a), Number: a.Number, Ahead: -1, Next: a.Next, Message: a.Message, Messages: a.Messages, Stale: a.Stale, AsOf: r.figuresOf(),
		Promised: int(a.Promises.Recent), Kept: int(a.Promises.RecentKept),
		Last: a.Reason == queue.ReasonAgain || a.Reason == queue.ReasonLapsed,
	}
	switch s.State {
	case web.Waiting:
		s.Ahead, s.Exact, s.More = web.Figure(int(a.Ahead), a.Exact, int(shown)), a.Exact, int(a.More)
		if s.Ahead == 0 && s.More > 0 {
			s.Ahead = -1 // nobody ahead was said, and is no longer true
		}
		s.Low, s.High, s.Full = a.Low, a.High, a.Full
		s.State = standsStill(a, s.State)
	case web.Front:
		s.Low, s.High, s.Full = a.Low, a.High, a.Full
		s.State = standsStill(a, s.State)
	case web.Turn:
		if a.BelowFloor || a.Phase != queue.PhaseOpen && a.Phase != queue.PhaseThrough {
			s.State = web.Checking
		}
	case web.Called:
		s.ClaimLeft = r.until(a.Until)
	case web.Lobby:
		s.Ahead, s.Exact = web.Figure(int(a.Ahead), a.Exact, int(shown)), a.Exact
		s.Came = int(a.Came)
	case web.Lots, web.Drawing:
		s.Came = int(a.Came)
	default:
	}
	r.sayStay(&s)
	r.sayDraw(&s, a)
	switch s.State {
	case web.Lobby, web.Lots, web.Between, web.Refill, web.Standby, web.Booked:
		s.Coming = r.coming(&a.Start)
	default:
	}
	return s
}

// newcomer is what a place would say that is given now; why none is, if none are.
func (r *Room) newcomer(lane uint8) web.Status {
	if state, coming := r.shut(); state != web.Waiting {
		return web.Status{State: state, Ahead: -1, Coming: coming}
	}
	a := r.Line.Newcomer(lane)
	return r.statusOf(&a, -1)
}

// ended is what is said of a place that ended with its line.
func (r *Room) ended() web.Status {
	v := r.Line.View()
	shut, _ := r.shut()
	return web.Status{
		State: web.Ended, Ahead: -1, Next: r.comesBack(&v.Start), Message: v.Message, Messages: v.Messages, Coming: r.coming(&v.Start), Shut: shut != web.Waiting,
	}
}

// stateOf is the page's state for the line's.
func stateOf(a *queue.Answer) web.State {
	switch a.State {
	case queue.StateWaiting:
		return web.Waiting
	case queue.StateFront:
		return web.Front
	case queue.StateCalled:
		return web.Called
	case queue.StateFull:
		return web.Full
	case queue.StateInside:
		return web.Inside
	case queue.StateSpent:
		return web.None
	case queue.StateLobby:
		return lobbyState(a)
	case queue.StateMissed:
		return missedState(a)
	default:
		return web.Turn
	}
}

// missedState tells apart what the store calls missed. A place that was passed over while nothing was heard of it comes to
// the front with the heartbeat of this very request, and has lost nothing. Many of them were not away: a page that was loaded
// again said goodbye, or a first poll came late. So nobody is told of an absence.
func missedState(a *queue.Answer) web.State {
	switch a.Reason {
	case queue.ReasonOver:
		return web.Resume
	case queue.ReasonAbsent:
		return web.Turn
	default:
		return web.Missed
	}
}

func lobbyState(a *queue.Answer) web.State {
	switch {
	case a.Phase == queue.PhaseDrawing:
		return web.Drawing
	case a.Start.Draw:
		return web.Lots
	default:
		return web.Lobby
	}
}

// standsStill is the state of a place that waits, if nobody is called for a reason that its page names.
func standsStill(a *queue.Answer, s web.State) web.State {
	switch {
	case a.BehindDraw:
		return web.Late
	case a.Phase != queue.PhaseOpen && a.Phase != queue.PhaseThrough && a.Start.Opening == "":
		return web.Over
	case a.Phase != queue.PhaseOpen:
		return web.Between // also of a room that is paused: it does not go on by itself before
	case a.Paused:
		return web.Paused
	case a.SiteDown:
		return web.Down
	case a.SoldOut && a.Start.At > 0 && a.Start.Kept:
		return web.Refill
	case a.SoldOut && (a.StandsBy || s == web.Front):
		return web.Standby // whoever is at the front goes before all who stand by
	case a.SoldOut:
		return web.Booked
	case a.Holding:
		return web.Recovering
	default:
		return s
	}
}
