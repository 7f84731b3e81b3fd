package demo

import (
	"strings"
	"time"
	"unicode/utf8"
)

// icsEvent is what goes into a calendar file.
type icsEvent struct {
	UID, Summary, Location, Note string
	Stamp, Start, End            time.Time
}

// icsEntry returns an iCalendar file with one event (RFC 5545).
func icsEntry(e icsEvent) string {
	var b strings.Builder
	line := func(name, value string) { icsFold(&b, name+":"+value) }
	utc := func(t time.Time) string { return t.UTC().Format("20060102T150405Z") }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Musterstadt//Termine//DE")
	line("METHOD", "PUBLISH")
	line("BEGIN", "VEVENT")
	line("UID", e.UID)
	line("DTSTAMP", utc(e.Stamp))
	line("DTSTART", utc(e.Start))
	line("DTEND", utc(e.End))
	line("SUMMARY", icsEscape(e.Summary))
	line("LOCATION", icsEscape(e.Location))
	line("DESCRIPTION", icsEscape(e.Note))
	line("END", "VEVENT")
	line("END", "VCALENDAR")
	return b.String()
}

// icsEscape escapes a TEXT value (RFC 5545, section 3.3.11).
func icsEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", "").Replace(s)
}

// icsFold writes a content line, folded to at most 75 bytes without breaking a
// letter (section 3.1).
func icsFold(b *strings.Builder, line string) {
	for limit := 75; len(line) > limit; limit = 74 {
		cut := limit
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut] + "\r\n ")
		line = line[cut:]
	}
	b.WriteString(line + "\r\n")
}
