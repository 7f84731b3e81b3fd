package queue

// Between the end of a lobby and the end of the hold the line's own figures are too low for whoever comes behind the lobby: its places
// come into the line with their next polls. What is shown never rises, so a page that said "nobody" then would go on saying it.

// behindLobby is how many places come before one that came after the lobby was over, as long as not all of the lobby are in the line;
// 0: it did not, or they are.
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
	if len(v.opened) == 0 {
		return 0
	}
	var n uint64
	for _, s := range v.opened {
		n += s.Len()
	}
	base, last := lobbyBase(v.opened), v.opened[len(v.opened)-1]
	if p.Order <= OrderOf(last.Epoch, last.Last) {
		return 0
	}
	return v.missing(p, base, OrderOf(last.Epoch, last.Last)+1, int64(n))
}

// behind is behindLobby for one whose orders are known: n from base on.
func (v *View) behind(p *Place, base Order, n uint64, skipped int64) int64 {
	if p.Order < base+Order(n) {
		return 0
	}
	return v.missing(p, base, base+Order(n), int64(n)-skipped)
}

// missing adds those of a lobby who are not in the line yet, of n from base to before end, to those who are before a place there.
func (v *View) missing(p *Place, base, end Order, n int64) int64 {
	there := v.before(p.Lane, end) - v.before(p.Lane, base)
	return v.before(p.Lane, p.Order) + max(0, n-there)
}
