package web

import (
	"strconv"
	"time"
)

// What a page says on paper beside what it says on the screen: when that was, and where it goes on.

// appendPrinted appends the date and the time; nothing where only the browser knows the visitor's time of day.
func (l *locale) appendPrinted(dst []byte, w *Wait) []byte {
	if !w.Zoned || w.Now.IsZero() {
		return dst
	}
	for _, p := range l.printed {
		dst = append(dst, p.text[inHTML]...)
		if p.mark == markTime {
			dst = l.appendFullTime(dst, inHTML, w.Now)
		}
	}
	return dst
}

// appendFullTime appends a time with its date and year.
func (l *locale) appendFullTime(dst []byte, f form, t time.Time) []byte {
	for _, p := range l.calendar.full {
		dst = append(dst, p.text[f]...)
		switch p.mark {
		case markTime:
			dst = appendTime(dst, t)
		case markDay:
			dst = append(dst, l.calendar.days[t.Weekday()].constant(f)...)
		case markDate:
			dst = strconv.AppendInt(dst, int64(t.Day()), 10)
		case markMonth:
			dst = append(dst, l.calendar.months[t.Month()-1].constant(f)...)
		case markYear:
			dst = strconv.AppendInt(dst, int64(t.Year()), 10)
		}
	}
	return dst
}
