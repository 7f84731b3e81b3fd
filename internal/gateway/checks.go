package gateway

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// Checks stand between an arrival and its number. The first one looks at the request alone; the others have a memory of
// their own, and one that refuses costs no number and no call to the store.

// check is one of the others. It is safe for concurrent use.
type check interface {
	check(v *httpx.Visit) verdict
}

// checkForm passes what a person did: a page load into a window, or a press on our own button. Another page can load ours
// into a frame, an object or an embedded part of it, or send a form there, without its reader's knowledge, and each reader
// of a page that many read would take a number; so in a frame a number takes a press. In a page of this host,
// or of one that the room lets show it, the press is a form of ours and all goes on in the frame. Another host's page could lay something of its own over our
// button, and browsers often keep our cookies out of such a frame; there the button opens a window, which nobody
// overlooks and where the page load is a person's.
func checkForm(f *facts) verdict {
	switch {
	case f.purpose != visiting || f.loads:
		return verdict{kind: pass}
	case f.framed && f.reads && !f.stranger:
		return verdict{kind: challenge, answer: answerButton}
	case f.framed && f.reads:
		return verdict{kind: challenge, answer: answerWindow}
	default:
		return verdict{kind: refusal, answer: answerNoPass}
	}
}

// perNetwork bounds how many arrivals one network may send.
type perNetwork struct{ Arrivals }

func (p perNetwork) check(v *httpx.Visit) verdict {
	if ok, after := p.Allow(v.ClientIP(), v.Now()); !ok {
		return verdict{kind: later, answer: answerLaterNetwork, after: max(after, networkRetry), count: metrics.Limited}
	}
	return verdict{kind: pass}
}

// askAgain is when the page of an arrival asks again that found no store, or that was turned away because too many are being worked on:
// always within storeRetry, so that nobody who comes or reloads once numbers are given is ahead of those who wait by more than that. While the
// store is away it asks by a poll, from memory: 100,000 such pages are 25,000 polls a second.
const askAgain = 4100 * time.Millisecond

// storeRetry is when an arrival may come again that found no store.
const storeRetry = 5 * time.Second

// networkRetry is the earliest at which somebody comes again whose network has sent as many arrivals as it may. Thousands may share one, so
// their pages do not load again as often as those of askAgain do, see anew in turn.js.
const networkRetry = 5 * time.Second

// askArrive numbers an arrival that passes the checks. The door comes first, because it costs least, then shedding, which bounds how many are
// worked on at once.
func (e *exchange) askArrive() {
	arrival, said := e.passDoor()
	if said.kind != pass {
		e.verdict = said
		return
	}
	if e.g.Shed != nil {
		leave, ok := e.g.Shed.Enter()
		if !ok {
			e.verdict = verdict{kind: later, answer: answerLater, after: spread(askAgain), count: metrics.Limited}
			return
		}
		defer leave()
	}
	lot, ok := e.takeLot()
	if !ok {
		e.verdict = e.behind()
		return
	}
	defer func() {
		if lot != "" && e.joined.State != queue.StateLobby {
			e.r.Lots.Return(lot, e.v.ClientIP())
		}
	}()
	for _, c := range e.r.table.checks {
		if e.verdict = c.check(e.v); e.verdict.kind != pass {
			return
		}
	}
	var err error
	if e.joined, err = e.r.Line.Arrive(arrival); err != nil {
		e.storeFailed(err)
		e.verdict = verdict{kind: later, answer: answerNoStore, after: spread(askAgain), count: metrics.Failed}
		return
	}
	if e.joined.State == queue.StateRefused {
		e.verdict = e.turnedAway()
		return
	}
	if e.knows(present) {
		e.r.Metrics.Code(metrics.CodeOK)
	}
	if e.returns() && e.joined.State != queue.StateInside {
		e.leavePlace(e.joined.Place.Visitor) // see decideReturn
		return
	}
	e.leaveOther()
	e.noteJoined()
}

// leaveOther gives up the place in line that was given for the one of now.
func (e *exchange) leaveOther() {
	if !e.swaps() {
		return
	}
	e.leavePlace(queue.VisitorID(e.ticket.Visitor))
}

func (e *exchange) leavePlace(id queue.VisitorID) {
	if err := e.r.Line.Leave(context.Background(), id); err != nil && !errors.Is(err, queue.ErrUnavailable) {
		e.g.Log.Error("place not given up", zap.String("room", e.r.ID), zap.Error(err))
	}
}

// turnedAway is for an arrival that got no number. A door that is closed may open, a line that is too long grows shorter, and the
// plan may have more to give: such a page comes back by itself.
func (e *exchange) turnedAway() verdict {
	if e.joined.Reason == queue.ReasonCode {
		e.entrance.news = web.DoorUsed
		e.r.Metrics.Code(metrics.CodeUsed)
		return verdict{kind: challenge, answer: answerDoor}
	}
	state, next := e.r.turnsAway(e.joined.Reason)
	if state == web.SoldOut && next.At == 0 {
		return verdict{kind: refusal, answer: answerTurnedAway}
	}
	return verdict{kind: later, answer: answerTurnedAway, after: e.r.comesBack(&next), count: metrics.Refused}
}

// spread is an interval ±20 %, so that pages that came at once do not ask at once.
func spread(d time.Duration) time.Duration { return d*4/5 + rand.N(d*2/5) }
