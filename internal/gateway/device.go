package gateway

import (
	"context"
	"crypto/rand"
	"errors"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/placelink"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// A place goes on in another browser by a link:
//
//  1. A press on the waiting page (move) answers a page with a link and its picture. Staff can have one made for a place too.
//  2. The link (take) shows a page with one button, and gives the browser a secret. What only looks at links takes nothing.
//  3. The press has the store hand the place over, from the id that it has to one that follows from the link and the secret, once for
//     the link. Then the browser gets a ticket for it. A browser that did not get the answer comes to the same id with its next press.
//
// The id that the place had has ended then, and its page says where the place is. In a lobby no store keeps the place, so there is nothing
// to hand over: the other browser gets the same ticket. Both count as one visitor then, with one place and one stay.

// longestBack bounds, in bytes, where a link leads in the end: a longer one makes its picture too fine for cameras.
const longestBack = 64

// serveMove answers the press that asks for a link.
func (e *exchange) serveMove() {
	e.purpose = leaving
	switch {
	case e.v.Method() == "GET":
		e.lead(&decision{act: wait, to: toWait}) // of somebody who comes back to the button's address
		return
	case !e.methodIs("POST"):
		return
	case !sameOrigin(e.v):
		e.g.refuse(e.r, e.v, 403, "other-origin")
		return
	}
	e.readCookie()
	t, ok := e.bearerTicket()
	if !ok {
		e.lead(&decision{act: wait, to: toWait}) // which says what has become of the place
		return
	}
	raw, err := e.r.links.Make(t, e.r.now())
	if err != nil {
		e.g.failed(e.r, e.v, "link to a place not made", err)
		return
	}
	to := e.target()
	back := e.g.waitURL(e.r, e.v, to)
	if len(to) > longestBack {
		to = "/"
	}
	link := e.g.ownURL(e.r, e.v, "take", "&t="+raw, to)
	if at := authority(e.v); at != "" {
		link = e.v.Scheme() + "://" + at + link // where the place is known: cookies are of one host
	} else {
		link = e.r.homeURL(e.v, link)
	}
	e.answerMove(&web.Move{Link: link, Back: back})
}

// bearerTicket is the ticket of the visitor's place, or the one that bought the stay. False: the visitor has neither, or was let in
// without a number while the store was away.
func (e *exchange) bearerTicket() (t token.Ticket, ok bool) {
	switch {
	case e.carries == carriesTicket:
		t = e.ticket
	case e.carries == carriesPass, e.carries == carriesEndedPass && e.resumable:
		t = token.Ticket{Visitor: e.pass.Visitor, Epoch: e.pass.Epoch, Number: e.pass.Number, Rank: e.pass.Rank, Extra: e.pass.Extra}
		t.ExpiresAt = e.pass.StartedAt + e.r.remembered()
	}
	return t, t.Number > 0
}

// serveTake answers a link: its page, and the press there.
func (e *exchange) serveTake() {
	e.purpose = standing
	v := e.v
	press := v.Method() == "POST"
	switch {
	case !press && !e.methodIs("GET"):
		return
	case v.Speculative():
		e.reply(&decision{answer: answerGuess})
		return
	case press && !sameOrigin(v), e.r.strangersFrame(v):
		e.g.refuse(e.r, v, 403, "other-origin")
		return
	}
	k, err := e.r.links.Read(param(v.Query(), "t"), e.r.now())
	if err != nil {
		e.answerBadLink(web.LinkOld)
		return
	}
	e.readCookie()
	own, has := e.bearerTicket()
	switch {
	case has && own.Visitor == k.Ticket.Visitor:
		e.leadTo(e.g.waitURL(e.r, v, e.target())) // the browser that it is to be taken from
	case !press:
		e.giveTakeSecret()
		e.answerTake(200, e.takeOf(k, has, false))
	default:
		e.takePress(k, own, has)
	}
}

// takeOf is the page of a link.
func (e *exchange) takeOf(k *placelink.Link, own, failed bool) *web.Take {
	p := e.r.placeOf(&k.Ticket)
	return &web.Take{
		Action: e.g.ownURL(e.r, e.v, "take", "&t="+string(param(e.v.Query(), "t")), e.target()),
		Number: e.r.Line.View().Number(&p), Own: own, Failed: failed,
	}
}

// takePress gives the place of a link to this browser. own is the ticket of its own place, if it has one.
func (e *exchange) takePress(k *placelink.Link, own token.Ticket, has bool) {
	secret := e.takeSecret()
	if secret == nil {
		// Without cookies the place would be lost with the answer.
		e.reply(&decision{act: refuse, answer: answerCookies})
		return
	}
	to := token.ID(k.To(secret))
	if has && own.Visitor == to {
		e.leadTo(e.g.waitURL(e.r, e.v, e.target())) // the answer to a press before this one did come
		return
	}
	taken, err := e.r.take(k, queue.VisitorID(to))
	switch {
	case err != nil:
		e.storeFailed(err)
		e.answerTake(503, e.takeOf(k, has, true))
		return
	case taken.other:
		e.answerBadLink(web.LinkUsed)
		return
	case taken.ended:
		d := overBy(taken.why)
		e.reply(&d)
		return
	}
	if has {
		e.giveUp(own)
	}
	t := k.Ticket
	t.Visitor = token.ID(taken.visitor)
	if err := e.r.giveTaken(e.v, &t, taken.used); err != nil {
		e.g.failed(e.r, e.v, "ticket not issued", err)
		return
	}
	e.r.dropShown(e.v)
	e.r.Metrics.Visit(metrics.Moved)
	e.leadTo(e.g.waitURL(e.r, e.v, e.target()))
}

// giveTaken sets the cookie for a place that was handed over. Where its ticket may have bought a stay, of which nothing is known but that it has
// not lasted for Max, it is issued as of so long ago, and ends when the memory of its use may end: whatever prolongs it, because it may have been
// used since it was issued, prolongs it no further.
func (r *Room) giveTaken(v *httpx.Visit, t *token.Ticket, used bool) error {
	if !used {
		return r.setTicket(v, *t, r.unconfirmed())
	}
	now := r.now()
	t.IssuedAt = now.Add(-r.Line.Timing().Max).Unix()
	t.ExpiresAt = max(now.Unix()+1, min(now.Add(r.unconfirmed()).Unix(), t.IssuedAt+r.remembered()))
	return r.sendTicket(v, t)
}

// giveUp gives a place up whose ticket is about to be replaced: nobody would come for it, and its call would be one for nothing.
func (e *exchange) giveUp(t token.Ticket) {
	id := queue.VisitorID(t.Visitor)
	if err := e.r.Line.Leave(context.Background(), id); err != nil && !errors.Is(err, queue.ErrUnavailable) {
		e.g.Log.Error("place not given up", zap.String("room", e.r.ID), zap.Error(err))
	}
	e.r.stays.end(id)
}

// taken is what came of a hand-over.
type taken struct {
	visitor queue.VisitorID // who has the place now
	other   bool            // another browser has it
	used    bool            // its ticket has bought a stay, or may have
	ended   bool            // it has ended
	why     queue.Reason
}

// errNotYet: the store cannot say now where a place stands.
var errNotYet = errors.New("gateway: the place is not known yet")

// take hands the place of a link over to an id, once for the link.
func (r *Room) take(k *placelink.Link, to queue.VisitorID) (taken, error) {
	ctx, p := context.Background(), r.placeOf(&k.Ticket)
	for range 2 {
		moved, err := r.Line.Move(ctx, queue.Move{Act: queue.ActHand, Visitor: p.Visitor, Ref: k.Ref(), To: to})
		if err != nil && !errors.Is(err, queue.ErrUnknown) {
			return taken{}, err
		}
		found, findErr := r.Line.FindPlace(ctx, p)
		switch {
		case findErr == nil && found.Visitor == to && found.State == queue.StateSpent:
			// The stay cannot be resumed. A ticket for it would soon outlive the memory of its use.
			return taken{ended: true, why: found.Reason}, nil
		case findErr == nil && found.Visitor == to:
			if r.HandedOver != nil {
				r.HandedOver(p.Visitor)
			}
			return taken{visitor: to, used: mayBeUsed(&found.Standing)}, nil
		case findErr == nil && found.Visitor != p.Visitor:
			return taken{other: true}, nil
		case findErr != nil && !errors.Is(findErr, queue.ErrUnknown):
			return taken{}, findErr
		case err == nil:
			return taken{ended: true, other: moved.Reason == queue.ReasonMoved, why: moved.Reason}, nil
		}
		// The store does not know the place: it counts in a lobby, or was lost and comes back with this claim.
		s, err := r.Line.ClaimBeat(r.beatOf(&k.Ticket))
		switch {
		case err != nil:
			return taken{}, err
		case s.State == queue.StateLobby:
			return taken{visitor: p.Visitor}, nil
		case s.State == queue.StateSpent:
			return taken{ended: true, other: s.Reason == queue.ReasonMoved, why: s.Reason}, nil
		case s.State == queue.StateUnknown:
			return taken{}, errNotYet
		}
	}
	return taken{}, errNotYet
}

// mayBeUsed reports whether the ticket of somebody who stands so has bought its stay, or may have: at the door stands also who resumes one.
func mayBeUsed(s *queue.Standing) bool {
	switch s.State {
	case queue.StateInside, queue.StateFull:
		return true
	case queue.StateMissed:
		return s.Reason == queue.ReasonOver
	}
	return false
}

// newTakeSecret draws a secret.
func newTakeSecret() string {
	var secret [16]byte
	_, _ = rand.Read(secret[:]) // never fails
	return textOf(secret[:])
}
