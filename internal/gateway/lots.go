package gateway

import (
	"math/rand/v2"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/metrics"
)

// In a lobby whose order is drawn each number is a lot, and whoever asks for a thousand of them wins like a thousand people. So a
// network has a bound there. An arrival beyond it gets no number yet and is not refused: its page waits, and joins when the lobby is
// over, behind those who were drawn. Where the order is that of arrival, many numbers win nothing, and there is no bound.

// takeLot takes a lot for an arrival in the lobby of a draw. Outside of one there is none to take. ok: it may have a number.
func (e *exchange) takeLot() (lobby string, ok bool) {
	if e.r.Lots == nil {
		return "", true
	}
	if lobby = e.r.Line.View().DrawLobby(e.r.Line.Now()); lobby == "" {
		return "", true
	}
	ok, first := e.r.Lots.Take(lobby, e.v.ClientIP())
	if first {
		e.g.Log.Warn("a network has all its lots of a draw: whoever else comes from there joins after the start",
			zap.String("room", e.r.ID), zap.String("opening", lobby))
	}
	return lobby, ok
}

// behind is for an arrival whose network has all its lots.
func (e *exchange) behind() verdict {
	v := e.r.Line.View()
	return verdict{kind: later, answer: answerBehind, after: e.r.joinsBehind(v.Start.At), count: metrics.Behind, came: int(v.Came())}
}

// joinsBehind is when such a page asks again: when the lobby ends, if that is soon. Pages that found the lobby still open behind its
// end, because this gateway did not know yet, ask soon.
func (r *Room) joinsBehind(start int64) time.Duration {
	left := r.until(start)
	if start > 0 && left == 0 {
		return time.Second + rand.N(doorSpread)
	}
	after := spread(min(max(doorRetry, left/20), doorPatience))
	if left > 0 && left < after {
		return left + rand.N(doorSpread)
	}
	return after
}
