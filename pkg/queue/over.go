package queue

// Over is why the ticket of a visitor has ended for good, and since when this process knows, in store milliseconds. ReasonNone
// with ok: the store has said so without the reason, which Claim tells. It costs no store call. ok is false where no end is
// known, which may be because it was forgotten. Safe for concurrent use.
func (r *Room) Over(id VisitorID) (why Reason, since int64, ok bool) { return r.recent.over(id) }

func (r *recent) over(id VisitorID) (Reason, int64, bool) {
	b, tag, m := r.lock(id)
	defer m.Unlock()
	if e := b.find(tag); e != nil && e.at != 0 && e.state == StateSpent {
		return e.reason, e.at, true
	}
	return ReasonNone, 0, false
}
