package queue

// Between the end of a lobby and the end of the hold the line's own figures are too low for whoever comes behind the lobby: its places
// come into the line with their next polls. What is shown never rises, so a page that said "nobody" then would go on saying it.

// behindDraw reports whether a place comes behind all lots of the draw that the room waits for.
func (f *Snapshot) behindDraw(p *Place) bool {
	d := f.drawing()
	return d != nil && f.Opening.Phase == PhaseDrawing && p.Order >= d.Base+Order(d.N)
}

// behindLobby is how many places come before one that came after the lobby of a draw was over, as long as not all of the lobby are in the
// line; 0: it did not, or they are. In the order of arrival atStart says it, for latecomers as well.
func (v *View) behindLobby(p *Place) int64 {
	f := &v.Snapshot
	if d := f.drawing(); d != nil && f.Opening.Phase == PhaseDrawing {
		return v.behind(p, d.Base, d.N, v.skipped)
	}
	if !v.Starting {
		return 0
	}
	for i := range v.draws {
		if d := &v.draws[i]; d.Opening == f.Opening.Name {
			return v.behind(p, d.Base, d.N, 0)
		}
	}
	return 0
}

// behind is behindLobby for a draw of n numbers from an order on, of which some were left out.
func (v *View) behind(p *Place, base Order, n uint64, skipped int64) int64 {
	end := base + Order(n)
	if p.Order < end {
		return 0
	}
	there := v.before(p.Lane, end) - v.before(p.Lane, base)
	return v.before(p.Lane, p.Order) + max(0, int64(n)-skipped-there)
}
