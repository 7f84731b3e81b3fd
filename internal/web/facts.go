package web

import "time"

func shownAhead(n int, exact bool) int {
	if exact {
		return n
	}
	return roundAhead(n)
}

// appendAhead appends how many people are ahead, with something before and behind the count itself.
func (l *locale) appendAhead(dst []byte, f form, before, behind string, st *Status) []byte {
	n := st.Ahead
	if n <= 0 {
		return append(dst, l.aheadNone.constant(f)...)
	}
	saying := &l.aheadExact
	if !st.Exact {
		saying = &l.aheadAbout
		n = roundAhead(n)
	}
	for _, p := range saying[formOf(l.langTag, n)] {
		dst = append(dst, p.text[f]...)
		if p.mark == markCount {
			dst = append(dst, before...)
			dst = l.grouping.append(dst, uint64(n))
			dst = append(dst, behind...)
		}
	}
	return dst
}

// appendWorse appends that it takes longer than was said, if it does.
func (l *locale) appendWorse(dst []byte, f form, w *Wait) []byte {
	if !w.Worse {
		return dst
	}
	for _, p := range l.worse {
		dst = append(dst, p.text[f]...)
		if p.mark == markEstimate {
			dst = l.appendEstimate(dst, f, w.Low, w.High, w.Full)
		}
	}
	return dst
}

// appendClaim appends how long the call may still be claimed, and what follows if it is not.
func (l *locale) appendClaim(dst []byte, f form, st *Status) []byte {
	if st.ClaimLeft < time.Minute {
		dst = append(dst, l.claimSoon.constant(f)...)
	} else {
		dst = l.appendCount(dst, f, &l.claimMinutes, int(st.ClaimLeft/time.Minute))
	}
	dst = append(dst, ' ')
	if st.Last {
		return append(dst, l.claimEnds.constant(f)...)
	}
	return append(dst, l.claimAgain.constant(f)...)
}

// appendStarts appends how long it is until calls begin.
func (l *locale) appendStarts(dst []byte, f form, left time.Duration) []byte {
	minutes := int((min(left, longestWait) + time.Minute - 1) / time.Minute)
	switch {
	case left < time.Minute:
		return append(dst, l.startsSoon.constant(f)...)
	case minutes < hour:
		return l.appendCount(dst, f, &l.startsMinutes, minutes)
	}
	return l.appendDurations(dst, f, l.startsLater, minutes, 0)
}
