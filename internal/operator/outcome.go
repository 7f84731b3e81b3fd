package operator

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/pkg/queue"
)

// Told is one thing that is said of what a site offers: exactly one of Booked, Freed, SoldOut and Total.
type Told struct {
	// Booked and Freed are how many were taken or given back, 1 to booking.MaxCount. Ref names it, so that it counts once however often it
	// is told, and whether the gateway has seen it in an answer of the site too.
	Booked int64 `json:"booked,omitempty"`
	Freed  int64 `json:"freed,omitempty"`
	// SoldOut: nothing is left of the quota. What is freed, or released by the plan, is there again.
	SoldOut bool `json:"sold_out,omitempty"`
	// Total is how many are taken in all, 0 to queue.MaxInsideLimit: a correction by an operator.
	Total *int64 `json:"total,omitempty"`
	// Ref is the site's own name of a booking, at most booking.MaxRef bytes. It goes no further than to this gateway, which keeps a keyed hash of it.
	Ref string `json:"ref,omitempty"`
	Because
}

// Heard is a room's stock after something was told of it.
type Heard struct {
	ID string `json:"id"`
	// Before is how many were booked by the last snapshot before.
	Before int64 `json:"before"`
	// Booked is how many are booked in all, where it is known: by a total or when all is sold out.
	Booked *int64 `json:"booked,omitempty"`
	// Quota is how many may be; absent: no bound.
	Quota *int64 `json:"quota,omitempty"`
}

func (t *Told) problems() (bad []FieldError) {
	add := func(field, format string, args ...any) {
		bad = append(bad, FieldError{Field: field, Detail: fmt.Sprintf(format, args...)})
	}
	given := 0
	for _, m := range []struct {
		name string
		n    int64
	}{{"booked", t.Booked}, {"freed", t.Freed}} {
		if m.n == 0 {
			continue
		}
		given++
		if m.n < 1 || m.n > booking.MaxCount {
			add(m.name, "of %d: want 1 to %d", m.n, booking.MaxCount)
		}
	}
	if t.SoldOut {
		given++
	}
	if t.Total != nil {
		given++
		if *t.Total < 0 || *t.Total > queue.MaxInsideLimit {
			add("total", "of %d: want 0 to %d", *t.Total, queue.MaxInsideLimit)
		}
	}
	if given != 1 {
		add("", "want exactly one of booked, freed, sold_out, total")
	}
	if (t.Booked != 0 || t.Freed != 0) && t.Ref == "" {
		add("ref", "is missing: without the booking's name, what is told twice would count twice")
	}
	if len(t.Ref) > booking.MaxRef {
		add("ref", "of %d bytes: want at most %d", len(t.Ref), booking.MaxRef)
	}
	return append(bad, reasonProblems(t.Reason)...)
}

// Tell counts what is said of what a site offers, for the principal in ctx. A reporter may not say the total. Errors are *InvalidError,
// ErrUnknownRoom, ErrNotAllowed and the store's; after queue.ErrUnavailable it is counted when the store returns. It is recorded, but for
// the names of bookings, whatever comes of it.
func (s *Service) Tell(ctx context.Context, id string, t Told) (h Heard, err error) {
	defer func() { s.writeTold(ctx, id, &t, err) }()
	needed := RoleReporter
	if t.Total != nil {
		needed = RoleOperator
	}
	if _, err := s.permitted(ctx, needed, id); err != nil {
		return Heard{}, err
	}
	if bad := append(textProblems(&t), t.problems()...); len(bad) > 0 {
		return Heard{}, &InvalidError{Fields: bad}
	}
	err = s.with(id, func(r *Room) error {
		var err error
		h, err = r.tell(ctx, &t)
		return err
	})
	return h, err
}

func (r *Room) tell(ctx context.Context, t *Told) (Heard, error) {
	v := r.Line.View()
	if !v.Known {
		return Heard{}, queue.ErrUnavailable
	}
	opening := &v.Snapshot.Opening
	h := Heard{ID: r.ID, Before: opening.Booked}
	if opening.Quota >= 0 {
		h.Quota = &opening.Quota
	}
	var o queue.Outcome
	switch {
	case t.Booked > 0:
		o = queue.Outcome{Kind: queue.Booked, Count: t.Booked, Ref: r.Ref(queue.Booked, t.Ref)}
	case t.Freed > 0:
		o = queue.Outcome{Kind: queue.Freed, Count: t.Freed, Ref: r.Ref(queue.Freed, t.Ref)}
	case t.Total != nil:
		o = queue.Outcome{Kind: queue.Total, Count: *t.Total}
	case h.Quota == nil:
		return Heard{}, &InvalidError{Fields: []FieldError{{Field: "sold_out", Detail: "the room has no quota that could be used up"}}}
	default:
		o = queue.Outcome{Kind: queue.Total, Count: max(*h.Quota, opening.Booked)}
	}
	if o.Kind == queue.Total {
		h.Booked = &o.Count
	}
	return h, r.Line.Report(ctx, o)
}

// RefuseTold records something that was told in a form that cannot be read, and returns the error to answer with, as Refuse does.
func (s *Service) RefuseTold(ctx context.Context, id string, why error) error {
	if _, err := s.seen(ctx, id); err != nil {
		why = err
	}
	s.writeTold(ctx, id, &Told{}, why)
	return why
}

// writeTold is the one place where these are recorded.
func (s *Service) writeTold(ctx context.Context, room string, t *Told, err error) {
	said := *t
	if said.Ref != "" {
		said.Ref = "…" // it may name somebody
	}
	if !s.keep(PrincipalOf(ctx), &note{act: ActOutcome, room: room, reason: said.Reason, asked: jsonOf(&said), err: err}) {
		return
	}
	fields := append(PrincipalOf(ctx).fields(), zap.String("room", bounded(room)), zap.String("told", inShort(&said)))
	if err != nil {
		s.log.Warn("what was told is not counted", append(fields, zap.String("error", bounded(err.Error())))...)
		return
	}
	s.log.Info("outcome told", fields...)
}
