package queue

import (
	"context"
	"errors"
)

// Located is one visitor as operators find it.
type Located struct {
	Found
	Order Order
	// Number is the one that the visitor's page shows.
	Number uint64
}

// Find finds the visitor whose page shows a number. Epoch is that of the ticket, 0: of the line as it is now, and where it has
// none, of a draw. ErrUnknown: nobody has it.
func (r *Room) Find(ctx context.Context, epoch, number uint64) (Located, error) {
	epochs := []uint64{epoch}
	if epoch == 0 {
		epochs = r.epochsOf(number)
	}
	err := ErrUnknown
	for _, epoch := range epochs {
		order := OrderOf(epoch, number)
		var found Found
		err = r.retryLost(ctx, func(ctx context.Context) error {
			var err error
			found, err = r.store.Find(ctx, order)
			return err
		})
		if !errors.Is(err, ErrUnknown) {
			return Located{Found: found, Order: order, Number: number}, err
		}
	}
	return Located{}, err
}

// FindPlace finds the visitor that has the order of a place. It is another one than the ticket says if the place was handed over.
// ErrUnknown: nobody has it, as in a lobby.
func (r *Room) FindPlace(ctx context.Context, p Place) (found Found, err error) {
	err = r.retryLost(ctx, func(ctx context.Context) error {
		var err error
		found, err = r.store.Find(ctx, p.Order)
		return err
	})
	return found, err
}

// epochsOf are the epochs in which a number may be shown. A drawn number stands for the order that it would have by itself in
// the epoch in which its lobby began.
func (r *Room) epochsOf(number uint64) []uint64 {
	f := &r.view.Load().Snapshot
	epochs := []uint64{f.Epoch}
	for i := range f.Opening.Draws {
		if s := f.Opening.Draws[i].Segments[0]; s.Epoch != f.Epoch && f.Opening.Draws[i].Holds(OrderOf(s.Epoch, number)) {
			epochs = append(epochs, s.Epoch)
		}
	}
	return epochs
}

// Move does an operator's act with one visitor, once for each reference; a zero reference makes it a new act. The answer is the
// store's; see Store.Move for errors.
func (r *Room) Move(ctx context.Context, m Move) (Moved, error) {
	if m.Ref == (Code{}) {
		m.Ref = Code(r.newVisitor())
	}
	var moved Moved
	err := r.retryLost(ctx, func(ctx context.Context) error {
		var err error
		moved, err = r.store.Move(ctx, m)
		return err
	})
	if err != nil {
		return moved, err
	}
	switch {
	case m.Act == ActRemove, m.Act == ActEnd && m.Visitor != VisitorID{}:
		r.endedBy(m.Visitor, moved.Reason)
	case m.Act == ActHand && moved.State != StateTaken:
		r.endedBy(m.Visitor, moved.Reason)
		r.watermark.hand(m.Visitor, m.To)
	case m.Act == ActFront:
		r.recent.forget(m.Visitor) // its next poll asks where it stands
	}
	moved.Standing = r.here(moved.Standing)
	return moved, nil
}

// endedBy notes that an act has ended a ticket. A store that loses the room would take it back with its next poll, beside the place that
// goes on elsewhere: it is reminded.
func (r *Room) endedBy(id VisitorID, why Reason) {
	r.over(id, why)
	r.watermark.reported([]ending{{left: true, why: why, Outcome: Outcome{Visitor: id}}}, Reported{}, r.storeNow())
}

// because puts in what this process knows of an end. A store that was lost is reminded of ends, but not of why they were.
func (r *Room) because(id VisitorID, s Standing) Standing {
	if s.State == StateSpent && s.Reason == ReasonLeft {
		if why := r.watermark.acted(id); why != ReasonNone {
			s.Reason = why
		}
	}
	return s
}

// EndedBecause is why a visitor's ticket has ended for good, as far as this process knows.
func (r *Room) EndedBecause(id VisitorID) Reason {
	if s, answered := r.recent.last(id); answered != 0 && s.State == StateSpent {
		return s.Reason
	}
	return ReasonNone
}
