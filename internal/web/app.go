package web

// appendInApp appends, in the browser of an app, the way to the visitor's own one. Only who has a place takes one along.
func (s *Site) appendInApp(dst []byte, l *locale, w *Wait) []byte {
	if !w.InApp || !w.State.hasPlace() {
		return dst
	}
	for _, seg := range l.inApp {
		dst = append(dst, seg.html...)
		dst = s.appendSlot(dst, l, seg.slot)
	}
	return dst
}

// hasPlace reports whether whoever reads the page of a state has a place.
func (s State) hasPlace() bool {
	switch s {
	case NoStore, Shed, Behind, Resume, Ended, Closed, Early, Limit, SoldOut, None, Inside:
		return false
	default:
		return true
	}
}
