package queue

import (
	"context"
	"time"
)

// Untold is what was booked and freed of which the store has not been told, because it was away. A process that ends loses it.
type Untold struct {
	Booked, Freed int64
	// Totals is how often a site has said how many are booked in all.
	Totals int64
}

func untold(them []ending) (n Untold) {
	for i := range them {
		switch e := &them[i]; {
		case e.left:
		case e.Kind == Booked:
			n.Booked += e.Count
		case e.Kind == Freed:
			n.Freed += e.Count
		case e.Kind == Total:
			n.Totals++
		}
	}
	return n
}

func (u Untold) plus(v Untold, times int64) Untold {
	return Untold{u.Booked + times*v.Booked, u.Freed + times*v.Freed, u.Totals + times*v.Totals}
}

// Untold is what the store has not been told of what this process knows to be booked and freed.
func (r *Room) Untold() Untold {
	r.ends.mu.Lock()
	defer r.ends.mu.Unlock()
	return r.ends.sending.plus(untold(r.ends.pending), 1)
}

// Finishing returns when the store has been told all that was booked and freed, or ctx ends. A process that is to end calls it while Run
// goes on, which tells it as soon as the store answers, and takes no more requests.
func (r *Room) Finishing(ctx context.Context) {
	tick := time.NewTicker(r.cfg.Flush)
	defer tick.Stop()
	for r.Untold() != (Untold{}) {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
