package queue

import (
	"context"
	"errors"
	"fmt"
)

// After a loss each gateway restores what it remembers, with its next tick. Of two memories that with more bookings says how many there
// are: what is told to the store between the two hides from the later one that it knows of one more. So a gateway tells of bookings
// when the others have had their turn. Until then nobody is called, because the line is held.

// settleTicks is for how many ticks a line that was rebuilt is told of no booking.
const settleTicks = 3

// errSettling: the store was there and had lost the line.
var errSettling = fmt.Errorf("%w: the line was rebuilt just now", ErrUnavailable)

// errRebuilt: another gateway has rebuilt the line, and this one has not restored what it remembers.
var errRebuilt = errors.New("the line was rebuilt by another gateway")

// mayBook says why the store cannot be told of a booking now. It asks the store, because a loss that this process has not noticed may be
// the one that others have mended: bookings are few.
func (r *Room) mayBook(ctx context.Context) error {
	if r.settling() {
		return errSettling
	}
	f, err := r.store.Snapshot(ctx)
	if err != nil {
		return err
	}
	if known := r.watermark.get().Epoch; known != 0 && f.Epoch > known {
		return errRebuilt
	}
	return nil
}

// settling reports whether other gateways may still have to restore what they remember of the line.
func (r *Room) settling() bool {
	at := r.rebuilt.Load()
	if at == 0 {
		return false
	}
	wait := min(settleTicks*r.cfg.Tick, r.timing().Hold*3/4)
	return r.localNow()-at < wait.Milliseconds()
}

// settles notes that the line was rebuilt now.
func (r *Room) settles() { r.rebuilt.Store(max(1, r.localNow())) }

// hurry lets the next tick come at once. A booking that this process knows from a snapshot is in its watermark; one that only others do
// would count twice after a loss.
func (r *Room) hurry() {
	select {
	case r.hurried <- struct{}{}:
	default:
	}
}
