package web

// leadOf is what a value of this site's pages begins with, as a rule, so that a page as gzip repeats that from what else stands in it. It is the same
// for everybody; empty: nothing is.
func (s *Site) leadOf(l *locale, of slot) string {
	switch of {
	case slotReload:
		return reloadBegin
	case slotReloadTo:
		return reloadURL + s.wait + "said="
	case slotAnew:
		return s.wait + "said="
	case slotTarget, slotLanguages:
		return s.wait + "to=/"
	case slotSwitchTo:
		return "&amp;off=1&amp;held=&amp;to=/"
	case slotJoinTo:
		return "&amp;to=/"
	case slotClock:
		return clockBegin
	case slotPrinted:
		return l.printed.constant(inHTML)
	case slotDrawNews:
		return l.drawNews(&Status{Draw: DrawComes}).constant(inHTML)
	}
	return ""
}
