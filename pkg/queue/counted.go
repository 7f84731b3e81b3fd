package queue

import (
	"context"
	"errors"
)

// counted are the outcomes of this process that a store has counted, oldest first, each with a Count of 0, and the places and stays that
// have ended here. A store that has lost the room gets back by the watermark how many are booked, not what they are called: it is told
// so one by one. Otherwise a page that says what was booked would count again when it is loaded again, and a stay that has booked would
// use a second slot. So would a call or a stay that has ended: a store that comes back as an older copy of itself has it still, and
// another gateway that has not heard of its end brings it back.
type counted struct {
	them   []countedOnce
	known  map[Code]struct{}    // their references
	acts   map[VisitorID]Reason // why tickets have ended that acts have ended
	gone   int                  // how many have been forgotten
	told   int                  // up to which one the store knows them, plus gone
	losses int                  // how often told began anew
}

type countedOnce struct {
	ending
	at int64 // store ms
}

// knows reports whether the store has counted an outcome of this process by a reference.
func (c *counted) knows(ref Code) bool {
	_, ok := c.known[ref]
	return ok
}

// add adds one, and forgets the first ones where there are too many.
func (c *counted) add(e ending, now int64) {
	if e.books() {
		if e.Ref == (Code{}) {
			return
		}
		if c.known == nil {
			c.known = map[Code]struct{}{}
		}
		c.known[e.Ref] = struct{}{}
		if e.Kind != Booked {
			e.Kind = Freed // of nothing: it says only that the reference was counted, and of no visitor that it has booked
		}
		e.Count = 0
	}
	if e.left && e.why != ReasonNone {
		if c.acts == nil {
			c.acts = map[VisitorID]Reason{}
		}
		c.acts[e.Visitor] = e.why
	}
	all := c.told == c.gone+len(c.them)
	c.them = append(c.them, countedOnce{e, now})
	if all {
		c.told++
	}
	if len(c.them) > outboxMax {
		c.drop(1)
	}
}

// expire forgets what the store forgets.
func (c *counted) expire(now, life int64) {
	n := 0
	for n < len(c.them) && c.them[n].at+life <= now {
		n++
	}
	c.drop(n)
}

func (c *counted) drop(n int) {
	for _, o := range c.them[:n] {
		delete(c.known, o.Ref)
		if o.left && o.why != ReasonNone {
			delete(c.acts, o.Visitor)
		}
	}
	c.them, c.gone = c.them[n:], c.gone+n
	c.told = max(c.told, c.gone)
}

// owe begins to tell them anew.
func (c *counted) owe() { c.told, c.losses = c.gone, c.losses+1 }

// due are the next ones that the store is to be told of with one verb.
func (c *counted) due() (them []ending) {
	next := c.them[c.told-c.gone:]
	for i := range next[:min(MaxBatch, len(next))] {
		them = append(them, next[i].ending)
	}
	return alike(them)
}

// hand lets another visitor be the one that has booked what one has. What has ended stays ended.
func (c *counted) hand(id, to VisitorID) {
	for i := range c.them {
		if c.them[i].Visitor == id && c.them[i].books() {
			c.them[i].Visitor = to
		}
	}
}

// acted is why an act has ended a visitor's ticket; zero: none of this process has.
func (k *watermark) acted(id VisitorID) Reason {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.counted.acts[id]
}

// due are the next ones that a store which has lost the room is to be told of, and in which of the losses.
func (k *watermark) due() (them []ending, loss int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.counted.due(), k.counted.losses
}

// reminded notes that the store was told of the next n, unless it was lost again since.
func (k *watermark) reminded(n, loss int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c := &k.counted; loss == c.losses {
		c.told = min(c.gone+len(c.them), c.told+n)
	}
}

func (k *watermark) owe() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.counted.owe()
}

// knows reports whether an outcome of this process was counted by a reference.
func (k *watermark) knows(ref Code) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.counted.knows(ref)
}

// hand lets all that one visitor has booked be of another.
func (k *watermark) hand(id, to VisitorID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.counted.hand(id, to)
}

// remind tells a store that has lost the room what this process had told it: that it was counted, who has booked, and who is done. How
// many are booked in all it knows by the tally in the watermark.
func (r *Room) remind(ctx context.Context) error {
	for {
		them, loss := r.watermark.due()
		if len(them) == 0 {
			return nil
		}
		// Not again after a rebuild within: all of them are due again then.
		err := r.call(ctx, func(ctx context.Context) error {
			_, err := r.outcome(ctx, them)
			return err
		})
		switch {
		case errors.Is(err, ErrUnavailable), errors.Is(err, ErrLost):
			return ErrUnavailable
		case err != nil:
			r.cfg.OnEvent(Event{Kind: EventError, Err: err})
		}
		r.watermark.reminded(len(them), loss)
	}
}
