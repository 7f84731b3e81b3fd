package web

import (
	"strconv"
	"time"
)

// What a page says of figures that are the last known ones: of when they are. That time does not move on with the clock.

// asOf is of when the figures are, in Unix milliseconds; 0: they are of now, or it is not said.
func (s *Status) asOf() int64 {
	if !s.Stale || s.AsOf.IsZero() {
		return 0
	}
	return s.AsOf.UnixMilli()
}

// appendStale appends the sentence. In a room without a zone only the browser knows the visitor's time of day: its script writes the time.
func (l *locale) appendStale(dst []byte, s *Status) []byte {
	if s.asOf() == 0 || !s.Zoned {
		return append(dst, l.stale.constant(inHTML)...)
	}
	for _, p := range l.staleOf {
		dst = append(dst, p.text[inHTML]...)
		if p.mark == markTime {
			dst = appendTime(dst, s.AsOf)
		}
	}
	return dst
}

// appendStaleOf appends, as an attribute, of when the figures are.
func appendStaleOf(dst []byte, s *Status) []byte {
	of := s.asOf()
	if of == 0 {
		return dst
	}
	dst = append(dst, ` data-of="`...)
	return append(strconv.AppendInt(dst, of, 10), '"')
}

// appendTime appends a time of day.
func appendTime(dst []byte, t time.Time) []byte {
	dst = strconv.AppendInt(dst, int64(t.Hour()), 10)
	return t.AppendFormat(dst, ":04")
}
