package queue

// A stay lasts Idle after its last request, so that one has to be told: requests are told each touchEvery, and the last of those
// between when that time is over. The store and every gateway know then how long the stay lasts, before it could have run out.

// trail notes the first request of a stay after one that was told.
func (r *Room) trail(id VisitorID, started, now int64) {
	if !r.outbox.trail(Stay{Visitor: id, Started: started, At: now}) {
		r.recent.trailing(id, 0)
		r.recent.unsent(id)
	}
}

// trailAfter is how long after such a request the last one is told, in ms.
func (r *Room) trailAfter() int64 { return min(touchEvery, r.timing().Idle.Milliseconds()/4) }

// tellTrails tells the last requests of stays for which it is time, or all.
func (r *Room) tellTrails(all bool) {
	now := r.Now()
	for _, c := range r.outbox.takeTrails(now, r.trailAfter(), all) {
		// Whose ticket has ended meanwhile is inside no more, which a store that has lost the room would not know.
		if at := r.recent.trailing(c.Visitor, c.At); at > 0 && r.stays.may(c.Visitor, r.cfg.Visitors) {
			r.told(c.Visitor, c.Started, at)
		}
	}
}

// trail adds a request and reports whether there was room for it.
func (o *outbox) trail(c Stay) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.later) >= outboxMax {
		return false
	}
	o.later = append(o.later, c)
	return true
}

// takeTrails takes out what came so long ago, or all. What is of the future is of a clock that has been set back.
func (o *outbox) takeTrails(now, after int64, all bool) []Stay {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for n < len(o.later) && (all || o.later[n].At+after <= now || o.later[n].At > now) {
		n++
	}
	out := o.later[:n:n]
	if o.later = o.later[n:]; len(o.later) == 0 {
		o.later = nil // frees the space that a crowd needed
	}
	return out
}
