package web

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Event is what comes next, as an entry of a calendar: the same for everybody, and nothing of the one who asks.
type Event struct {
	Coming
	// ID names the opening for ever: whoever takes a newer file has the same entry, changed.
	ID string
	// URL is the whole address of the start page.
	URL string
}

// CalendarType is the media type of what AppendEvent writes.
const CalendarType = "text/calendar; charset=utf-8"

// AppendEvent appends a file of one entry, with a reminder ten minutes before (RFC 5545). Safe for concurrent use.
func (s *Site) AppendEvent(dst []byte, lang Lang, e *Event) []byte {
	l := s.locale(lang)
	from, to := e.Begins, time.Time{}
	if e.Opens.After(e.Now) && e.Opens.Before(e.Begins) {
		from, to = e.Opens, e.Begins
	}
	summary := textOf(strings.ReplaceAll(l.event, "{title}", s.plainTitle))
	dst = append(dst, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Einlass//Einlass//EN\r\nBEGIN:VEVENT\r\n"...)
	dst = appendLine(dst, "UID:"+e.ID)
	dst = appendLine(dst, "DTSTAMP:"+stampOf(e.Now))
	dst = appendLine(dst, "DTSTART:"+stampOf(from))
	if !to.IsZero() {
		dst = appendLine(dst, "DTEND:"+stampOf(to))
	}
	dst = appendLine(dst, "SUMMARY:"+summary)
	dst = appendLine(dst, "DESCRIPTION:"+textOf(l.eventText)+`\n`+textOf(e.URL))
	dst = appendLine(dst, "URL:"+e.URL)
	dst = append(dst, "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT10M\r\n"...)
	dst = appendLine(dst, "DESCRIPTION:"+summary)
	return append(dst, "END:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"...)
}

// stampOf is a time in UTC (RFC 5545 §3.3.5).
func stampOf(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// calendarText escapes a value of text (RFC 5545 §3.3.11).
var calendarText = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

func textOf(s string) string { return calendarText.Replace(s) }

// longestLine bounds a line of a calendar file, in octets without its end (RFC 5545 §3.1).
const longestLine = 75

// appendLine appends a line, which goes on behind a space in the next one where it is too long. No character is cut in two.
func appendLine(dst []byte, line string) []byte {
	for room := longestLine; len(line) > room; room = longestLine - 1 {
		cut := room
		for cut > room-utf8.UTFMax && !utf8.RuneStart(line[cut]) {
			cut--
		}
		dst = append(append(dst, line[:cut]...), "\r\n "...)
		line = line[cut:]
	}
	return append(append(dst, line...), "\r\n"...)
}

// hidesCalendar reports whether a page names no time of what comes next.
func hidesCalendar(s *Status) bool {
	n := nextOf(s)
	return n == nextNothing || n == nextUnknown || n == nextGoesOnUnknown
}
