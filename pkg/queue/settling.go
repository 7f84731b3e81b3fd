package queue

import "fmt"

// After a loss each gateway restores what it remembers, with its next tick. Of two memories that with more bookings says how many there
// are: what is told to the store between the two hides from the later one that it knows of one more. So a gateway tells of bookings
// when the others have had their turn. Until then nobody is called, because the line is held.

// settleTicks is for how many ticks a line that was rebuilt is told of no booking.
const settleTicks = 3

// errSettling: the store was there and had lost the line.
var errSettling = fmt.Errorf("%w: the line was rebuilt just now", ErrUnavailable)

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
