package gateway

import (
	"time"

	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// statusOf is an answer of the line in the words of the page. shown is the last number of people ahead that was shown.
func statusOf(number uint64, a *queue.Answer, shown, now int64) web.Status {
	s := web.Status{Number: number, Ahead: -1, Next: a.Next, Message: a.Message, Stale: a.Stale}
	switch a.State {
	case queue.StateWaiting:
		s.State = web.Waiting
		s.Ahead, s.Exact, s.More = web.Figure(int(a.Ahead), a.Exact, int(shown)), a.Exact, int(a.More)
		if s.Ahead == 0 && s.More > 0 {
			s.Ahead = -1 // nobody ahead was said, and is no longer true
		}
	case queue.StateFront:
		s.State = web.Front
	case queue.StateCalled:
		s.State, s.ClaimLeft = web.Called, time.Duration(max(0, a.Until-now))*time.Millisecond
	case queue.StateMissed:
		s.State = web.Missed
	case queue.StateInside:
		s.State = web.Inside
	case queue.StateSpent:
		s.State = web.None
	default:
		s.State = web.Turn
	}
	if s.State == web.Waiting || s.State == web.Front {
		s.Low, s.High, s.Full = a.Low, a.High, a.Full
		switch {
		case a.Paused:
			s.State = web.Paused
		case a.Holding:
			s.State = web.Recovering
		}
	}
	return s
}
