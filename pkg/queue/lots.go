package queue

// lotsAhead is how long before its lobby begins an opening's lots are counted, in milliseconds: the snapshot that shows the lobby
// comes a moment after the store has opened it, and numbers given in between are lots as well.
const lotsAhead = 2000

// DrawLobby is the opening whose lobby is open, or is about to open, if the order of those who are in it will be drawn; else it is
// empty. now is the store's time in milliseconds.
func (v *View) DrawLobby(now int64) (opening string) {
	s := &v.Start
	if !v.Known || !s.Draw {
		return ""
	}
	switch v.Snapshot.Opening.Phase {
	case PhaseLobby:
		return s.Opening
	case PhaseDrawing:
		return "" // whoever comes now stands behind the drawn
	default:
		if s.Lobby > 0 && s.Lobby <= now+lotsAhead {
			return s.Opening
		}
	}
	return ""
}
