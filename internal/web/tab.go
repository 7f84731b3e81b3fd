package web

// titleCounts: in a state of this name the document's title differs from visitor to visitor, or is not the heading.
func titleCounts(state string) bool {
	switch state {
	case Waiting.String(), Front.String(), Recovering.String(), Called.String():
		return true
	}
	return false
}

// saysEstimate: the page says how long it takes.
func (s State) saysEstimate() bool { return s == Waiting || s == Front || s == Recovering }

// appendTab appends the document's title. In the line it begins with the count, so that it can be read on a tab
// that is not in front.
func (s *Site) appendTab(dst []byte, f form, l *locale, st *Status) []byte {
	state := st.State.page()
	switch {
	case state == Called:
		return s.appendPhrase(dst, f, l, l.tabTurn)
	case state != Waiting && state != Front && state != Recovering || st.Ahead < 1:
		dst = s.appendPhrase(dst, f, l, l.heading[state])
		return append(append(dst, " · "...), s.title[f]...)
	}
	for _, p := range l.tabAhead {
		dst = append(dst, p.text[f]...)
		switch p.mark {
		case markCount:
			dst = l.grouping.append(dst, uint64(shownAhead(st.Ahead, st.Exact)))
		case markTitle:
			dst = append(dst, s.title[f]...)
		}
	}
	return dst
}

// appendPhrase appends a phrase that has no value but the site's title and name.
func (s *Site) appendPhrase(dst []byte, f form, l *locale, saying phrase) []byte {
	for _, p := range saying {
		dst = append(dst, p.text[f]...)
		switch p.mark {
		case markTitle:
			dst = append(dst, s.title[f]...)
		case markSite:
			dst = append(dst, s.nameIn(l)[f]...)
		}
	}
	return dst
}
