package operator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/desk"
	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/sms"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Places are what a room has for people who cannot use a browser.
type Places struct {
	Line  desk.Line
	Desk  *desk.Desk
	Names *desk.Names
	// Link is the address by which the place of a ticket goes on in the browser that opens it, and until when.
	Link func(t queue.Ticket) (url string, until time.Time, err error)
	// SMS sends a link to a telephone number; nil: there is no service for it. Its errors do not say the number.
	SMS func(ctx context.Context, to, link string) error
	// Taken is called for each place that the desk takes.
	Taken func()
}

// NewPlace asks for a place for somebody without a browser.
type NewPlace struct {
	// Group is the one of the schedule that the caller belongs to; empty: the only one that may come now, or none where everybody may.
	Group string `json:"group,omitempty"`
	Because
}

// PlaceAct is about the place that a number and its code name.
type PlaceAct struct {
	Number uint64 `json:"number"`
	Code   string `json:"code"`
	Because
	Confirmed
}

// PlaceSend is about a place whose link is to be sent as a short message.
type PlaceSend struct {
	PlaceAct
	// To is a telephone number. It goes no further than to the service for messages.
	To string `json:"to"`
}

// PlaceInfo is where a place stands.
type PlaceInfo struct {
	ID     string `json:"id"`
	Number uint64 `json:"number"`
	Code   string `json:"code"`
	// Lot: the draw has not given the place its number yet; this one counts the lots.
	Lot bool `json:"lot,omitempty"`
	// State is that of the place, and Reason says more of some states; "gone": the store does not know it now, as behind a loss until the
	// page of its visitor asks again.
	State  string         `json:"state"`
	Reason journal.Reason `json:"reason,omitempty"`
	// Now: it is its turn. Of a place that the desk keeps: open a link to it.
	Now bool `json:"now"`
	// Ahead is how many people come before it, and Low and High in how many seconds it will be its turn; absent: it is not known.
	Ahead *int64   `json:"ahead,omitempty"`
	Low   *float64 `json:"low,omitempty"`
	High  *float64 `json:"high,omitempty"`
	// Desk says that the desk of this gateway keeps the place, and Taken when it was taken.
	Desk  bool       `json:"desk"`
	Taken *time.Time `json:"taken,omitempty"`
	// URL is a link to the place that was asked for, and Until when it ends.
	URL   string     `json:"url,omitempty"`
	Until *time.Time `json:"until,omitempty"`
}

// PlaceList are the places that the desk of one gateway keeps, in the order in which they were taken; never nil.
type PlaceList struct {
	ID     string      `json:"id"`
	Places []PlaceInfo `json:"places"`
}

var (
	// ErrPlaceNotNow means that what was asked for cannot be done with the place, or the line, as it is now.
	ErrPlaceNotNow = errors.New("this cannot be done now")
	// ErrNotKept means that a place could not be written down, and was given up.
	ErrNotKept = desk.ErrNotKept
	// ErrNotSent means that the service for messages did not take one.
	ErrNotSent = errors.New("the message was not sent")
)

// TakePlace takes a place for the principal in ctx. Errors are *InvalidError, ErrUnknownRoom, ErrNotAllowed, ErrPlaceNotNow, ErrNotKept and
// the store's. It is recorded, whatever comes of it.
func (s *Service) TakePlace(ctx context.Context, id string, n NewPlace) (info PlaceInfo, err error) {
	defer func() { s.writePlace(ctx, id, "new", info.Number, n.Reason, err) }()
	err = s.withPlaces(ctx, id, &n, n.Reason, nil, func(r *Room) error {
		arrival, err := r.arrivalFor(n.Group)
		if err != nil {
			return err
		}
		taken, err := r.Places.Desk.Take(ctx, arrival)
		var refused *desk.Refused
		switch {
		case errors.As(err, &refused), errors.Is(err, desk.ErrFull):
			return fmt.Errorf("%w: %w", ErrPlaceNotNow, err)
		case err != nil:
			return err
		}
		if r.Places.Taken != nil {
			r.Places.Taken()
		}
		info = r.placeInfo(ctx, taken.Ticket)
		info.Desk, info.Taken = true, &taken.At
		return nil
	})
	return info, err
}

// ListPlaces are the places that the desk of this gateway keeps. Errors are ErrUnknownRoom and ErrNotAllowed.
func (s *Service) ListPlaces(ctx context.Context, id string) (list PlaceList, err error) {
	err = s.withPlaces(ctx, id, nil, "", nil, func(r *Room) error {
		list = PlaceList{ID: r.ID, Places: []PlaceInfo{}}
		for _, one := range r.Places.Desk.List() {
			info := r.placeInfo(ctx, one.Ticket)
			info.Desk, info.Taken = true, &one.At
			list.Places = append(list.Places, info)
		}
		return ctx.Err()
	})
	return list, err
}

// Acts on a place.
const (
	PlaceFind   = "find"
	PlaceLink   = "link"
	PlaceFront  = "front"
	PlaceRemove = "remove"
)

// ActOnPlace finds a place, makes a link to it, puts it to the front or takes it out of the line, for the principal in ctx. Errors are
// *InvalidError, ErrUnknownRoom, ErrNotAllowed, ErrPlaceNotNow, queue.ErrUnknown and the store's. It is recorded, without the code and the
// link, whatever comes of it.
func (s *Service) ActOnPlace(ctx context.Context, id, act string, a PlaceAct) (info PlaceInfo, err error) {
	defer func() { s.writePlace(ctx, id, act, a.Number, a.Reason, err) }()
	err = s.withPlaces(ctx, id, &a, a.Reason, a.problems(act), func(r *Room) error {
		t, err := r.named(a.Number, a.Code)
		if err != nil {
			return err
		}
		if act == PlaceRemove {
			if err := confirmRemoval(r, &a, s.confirmation(ctx, id, a.Confirm)); err != nil {
				return err
			}
		}
		if act != PlaceFind {
			if err := r.act(ctx, act, &t, &info); err != nil {
				return err
			}
		}
		url, until := info.URL, info.Until
		info = r.placeInfo(ctx, t)
		info.URL, info.Until = url, until
		if taken, ok := r.Places.Desk.Has(t); ok {
			info.Desk, info.Taken = true, &taken.At
		}
		return nil
	})
	return info, err
}

func (a *PlaceAct) problems(act string) (bad []FieldError) {
	if a.Number == 0 {
		bad = append(bad, FieldError{Field: "number", Detail: "is missing"})
	}
	if a.Code == "" {
		bad = append(bad, FieldError{Field: "code", Detail: "is missing"})
	}
	if a.Reason == "" && (act == PlaceFront || act == PlaceRemove) {
		bad = append(bad, FieldError{Field: "reason", Detail: "is missing: others will ask why"})
	}
	return bad
}

// SendPlace sends a link to a place to a telephone number, for the principal in ctx. Errors are those of ActOnPlace; ErrNotSent: the service did not
// take it. It is recorded, without the number of the telephone, whatever comes of it.
func (s *Service) SendPlace(ctx context.Context, id string, a PlaceSend) (info PlaceInfo, err error) {
	defer func() { s.writePlace(ctx, id, "sms", a.Number, a.Reason, err) }()
	to, bad := a.To, a.problems(PlaceLink)
	if to, err = sms.Number(to); err != nil {
		bad = append(bad, FieldError{Field: "to", Detail: err.Error()})
	}
	// What is plain text is seen to here, so that no fault repeats the number.
	err = s.withPlaces(ctx, id, &a.PlaceAct, a.Reason, bad, func(r *Room) error {
		if r.Places.SMS == nil {
			return fmt.Errorf("%w: the room has no sms.url", ErrPlaceNotNow)
		}
		t, err := r.named(a.Number, a.Code)
		if err == nil {
			err = r.act(ctx, PlaceLink, &t, &info)
		}
		if err != nil {
			return err
		}
		if strings.HasPrefix(info.URL, "/") {
			return fmt.Errorf("%w: the address of the room is not known; set rooms[].canonical", ErrPlaceNotNow)
		}
		if err := r.Places.SMS(ctx, to, info.URL); err != nil {
			return fmt.Errorf("%w: %w", ErrNotSent, err)
		}
		until := info.Until
		info = r.placeInfo(ctx, t) // without the link: it is for the one who gets the message
		info.Until = until
		return nil
	})
	if err != nil {
		info = PlaceInfo{}
	}
	return info, err
}

// withPlaces checks an act and does it with a room.
func (s *Service) withPlaces(ctx context.Context, id string, asked any, reason string, bad []FieldError, do func(*Room) error) error {
	if _, err := s.permitted(ctx, RoleOperator, id); err != nil {
		return err
	}
	if bad = append(append(bad, textProblems(asked)...), reasonProblems(reason)...); len(bad) > 0 {
		return &InvalidError{Fields: bad}
	}
	return s.with(id, func(r *Room) error {
		if r.Places == nil || !r.Line.View().Known {
			return queue.ErrUnavailable
		}
		return do(r)
	})
}

// named is the ticket of the place that a number and a code name, with the visitor that the desk knows of.
func (r *Room) named(number uint64, code string) (queue.Ticket, error) {
	t, err := r.Places.Names.Find(number, code)
	switch {
	case errors.Is(err, door.ErrTypo):
		return t, &InvalidError{Fields: []FieldError{{Field: "code", Detail: err.Error()}}}
	case err != nil:
		return t, fmt.Errorf("%w: no place has this number and this code", queue.ErrUnknown)
	}
	if taken, ok := r.Places.Desk.Has(t); ok {
		t = taken.Ticket
	}
	return t, nil
}

// act acts on a place. t gets the visitor that has it now.
func (r *Room) act(ctx context.Context, act string, t *queue.Ticket, info *PlaceInfo) error {
	p, _ := r.Places.Line.Place(*t)
	a, visitor, err := r.Places.Names.Where(ctx, p)
	kept := t.Visitor != queue.VisitorID{}
	switch {
	case errors.Is(err, queue.ErrUnknown) && kept: // it comes back with the next look of the desk
	case err != nil:
		return err
	case a.State == queue.StateLobby && !kept:
		return fmt.Errorf("%w: in a lobby only the browser has the place that it was given to", ErrPlaceNotNow)
	case a.State == queue.StateSpent:
		return fmt.Errorf("%w: the place has ended", ErrPlaceNotNow)
	case a.State != queue.StateLobby:
		kept = kept && visitor == t.Visitor
		t.Visitor = visitor
	}
	switch act {
	case PlaceLink:
		url, until, err := r.Places.Link(*t)
		info.URL, info.Until = url, &until
		return err
	case PlaceFront:
		if a.State == queue.StateLobby {
			return fmt.Errorf("%w: in a lobby there is no front", ErrPlaceNotNow)
		}
		_, err := r.Line.Move(ctx, queue.Move{Act: queue.ActFront, Visitor: t.Visitor})
		if err == nil && kept {
			p.Visitor = t.Visitor
			r.Places.Line.Away(p) // nobody is there, and a call would run out
		}
		return err
	default:
		_, err := r.Line.Move(ctx, queue.Move{Act: queue.ActRemove, Visitor: t.Visitor})
		if err == nil {
			r.Places.Desk.Drop(t.Visitor)
		}
		return err
	}
}

// confirmRemoval has it confirmed that somebody loses a place.
func confirmRemoval(r *Room, a *PlaceAct, says *confirmation) error {
	return says.given(r.Line.View().Snapshot.Now, effect{
		kind: EffectPlaceRemoved, count: int64(a.Number), exact: true,
		words: fmt.Sprintf("the person with the number %s loses their place in the line", plan.Figure(int64(a.Number))),
	})
}

// placeInfo is where a place stands.
func (r *Room) placeInfo(ctx context.Context, t queue.Ticket) PlaceInfo {
	p, _ := r.Places.Line.Place(t)
	name := r.Places.Names.Of(p)
	info := PlaceInfo{ID: r.ID, Number: name.Number, Code: name.Code, Lot: name.Lot}
	a, _, err := r.Places.Names.Where(ctx, p)
	if err != nil {
		info.State = "gone"
		if !errors.Is(err, queue.ErrUnknown) {
			info.State = "unknown"
		}
		return info
	}
	info.State, info.Reason = a.State.String(), journal.Reason(a.Reason)
	switch a.State {
	case queue.StateWaiting, queue.StateLobby:
		if a.Ahead >= 0 {
			info.Ahead = &a.Ahead
		}
		if a.High > 0 {
			low, high := a.Low.Seconds(), a.High.Seconds()
			info.Low, info.High = &low, &high
		}
	case queue.StateFront, queue.StateCalled, queue.StateFull, queue.StateMissed, queue.StateInside:
		info.Now = true
	default:
	}
	return info
}

// RefusePlace records an act on a place that came in a form that cannot be read, and returns the error to answer with, as Refuse does.
func (s *Service) RefusePlace(ctx context.Context, id, act string, why error) error {
	if _, err := s.seen(ctx, id); err != nil {
		why = err
	}
	s.writePlace(ctx, id, act, 0, "", why)
	return why
}

// writePlace is the one place where these are recorded. A number names nobody; with its code or by a link it would be somebody's place.
func (s *Service) writePlace(ctx context.Context, room, act string, number uint64, reason string, err error) {
	if asked(err) {
		return
	}
	n := note{act: "place: " + act, room: room, reason: reason, err: err}
	if number != 0 {
		n.asked = objectOf([]zap.Field{zap.Uint64("number", number)})
	}
	if !s.keep(PrincipalOf(ctx), &n) {
		return
	}
	fields := append(PrincipalOf(ctx).fields(), zap.String("room", bounded(room)), zap.String("act", act), zap.Uint64("number", number), zap.String("reason", bounded(reason)))
	if err != nil {
		s.log.Warn("act on a place failed", append(fields, zap.String("error", bounded(err.Error())))...)
		return
	}
	s.log.Info("act on a place made", fields...)
}
