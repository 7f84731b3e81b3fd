package web

import (
	"slices"
	"strconv"
	"time"
)

// estimates are the ways to say how long it takes.
type estimates struct {
	unknown, full, soon phrase
	upto, about         plurals
	// minutes and hours are ranges of whole ones. Their form is that of the upper end.
	minutes, hours plurals
	span, single   phrase
	longest, more  phrase

	durMinutes, durHours plurals
	durBoth              phrase
}

func (c *catalog) estimates() estimates {
	p := func(id string) phrase { return c.phrase(c.text(id)) }
	return estimates{
		unknown: p("estimate.unknown"), full: p("estimate.full"), soon: p("estimate.soon"),
		upto: c.plurals("estimate.upto"), about: c.plurals("estimate.about"),
		minutes: c.plurals("estimate.minutes"), hours: c.plurals("estimate.hours"),
		span: p("estimate.span"), single: p("estimate.single"),
		longest: p("estimate.longest"), more: p("estimate.more"),
		durMinutes: c.plurals("duration.minutes"), durHours: c.plurals("duration.hours"), durBoth: p("duration.both"),
	}
}

const (
	hour     = 60 // in minutes
	halfHour = hour / 2
	day      = 24 * hour

	// longestWait keeps the arithmetic from overflowing; above a day the range is not told anyway.
	longestWait = 10_000 * time.Hour
)

// steps are the waits, in minutes, that a person would say; above the last one, half hours.
var steps = [...]int{
	0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 105, 120,
}

// RoundRange rounds a range outwards to what a person would say.
func RoundRange(low, high time.Duration) (saidLow, saidHigh time.Duration) {
	l, h := roundRange(low, high)
	return time.Duration(l) * time.Minute, time.Duration(h) * time.Minute
}

// roundRange is RoundRange in minutes.
func roundRange(low, high time.Duration) (lowMin, highMin int) {
	high = min(high, longestWait)
	return stepDown(int(max(0, min(low, high)) / time.Minute)), stepUp(int((high + time.Minute - 1) / time.Minute))
}

// stepDown is the last step that is not above so many minutes.
func stepDown(minutes int) int {
	i, found := slices.BinarySearch(steps[:], minutes)
	switch {
	case i == len(steps):
		return minutes / halfHour * halfHour
	case found:
		return minutes
	}
	return steps[i-1]
}

// stepUp is the first step that is not below so many minutes.
func stepUp(minutes int) int {
	i, _ := slices.BinarySearch(steps[:], minutes)
	if i == len(steps) {
		return ceilTo(minutes, halfHour)
	}
	return steps[i]
}

func ceilTo(n, step int) int { return (n + step - 1) / step * step }

// appendEstimate appends the expected wait. A high of zero or less means unknown, because the site is full if full says so.
func (l *locale) appendEstimate(dst []byte, f form, low, high time.Duration, full bool) []byte {
	e := &l.estimates
	lowMin, highMin := roundRange(low, high)
	switch {
	case high <= 0 && full:
		return append(dst, e.full.constant(f)...)
	case high <= 0, highMin > day && lowMin < hour:
		return append(dst, e.unknown.constant(f)...)
	case high <= time.Minute:
		return append(dst, e.soon.constant(f)...)
	case highMin > day:
		return l.appendDurations(dst, f, e.more, lowMin, 0)
	case highMin > hour && lowMin == highMin:
		return l.appendDurations(dst, f, e.single, lowMin, 0)
	case highMin > hour && lowMin < 1:
		return l.appendDurations(dst, f, e.longest, 0, highMin)
	case highMin > hour && lowMin%hour == 0 && highMin%hour == 0:
		return l.appendRange(dst, f, &e.hours, lowMin/hour, highMin/hour)
	case highMin > hour:
		return l.appendDurations(dst, f, e.span, lowMin, highMin)
	case lowMin < 1:
		return l.appendCount(dst, f, &e.upto, highMin)
	case lowMin == highMin:
		return l.appendCount(dst, f, &e.about, highMin)
	}
	return l.appendRange(dst, f, &e.minutes, lowMin, highMin)
}

// saysSpan reports whether a range says how long it takes: it is known, and not so wide that it says nothing.
func saysSpan(low, high time.Duration) bool {
	lowMin, highMin := roundRange(low, high)
	return high > 0 && (highMin <= day || lowMin >= hour)
}

// appendRange appends a range of whole minutes or hours.
func (l *locale) appendRange(dst []byte, f form, forms *plurals, low, high int) []byte {
	for _, p := range forms[formOf(l.langTag, high)] {
		dst = append(dst, p.text[f]...)
		switch p.mark {
		case markLow:
			dst = strconv.AppendInt(dst, int64(low), 10)
		case markHigh:
			dst = strconv.AppendInt(dst, int64(high), 10)
		}
	}
	return dst
}

func (l *locale) appendDurations(dst []byte, f form, saying phrase, lowMin, highMin int) []byte {
	for _, p := range saying {
		dst = append(dst, p.text[f]...)
		switch p.mark {
		case markLow:
			dst = l.appendDuration(dst, f, lowMin)
		case markHigh:
			dst = l.appendDuration(dst, f, highMin)
		}
	}
	return dst
}

// appendDuration appends whole minutes, hours, or both.
func (l *locale) appendDuration(dst []byte, f form, minutes int) []byte {
	e := &l.estimates
	switch {
	case minutes < hour:
		return l.appendCount(dst, f, &e.durMinutes, minutes)
	case minutes%hour == 0:
		return l.appendCount(dst, f, &e.durHours, minutes/hour)
	}
	for _, p := range e.durBoth {
		dst = append(dst, p.text[f]...)
		switch p.mark {
		case markHours:
			dst = l.appendCount(dst, f, &e.durHours, minutes/hour)
		case markMinutes:
			dst = l.appendCount(dst, f, &e.durMinutes, minutes%hour)
		}
	}
	return dst
}

// appendCount appends a message in the plural form for n.
func (l *locale) appendCount(dst []byte, f form, forms *plurals, n int) []byte {
	for _, p := range forms[formOf(l.langTag, n)] {
		dst = append(dst, p.text[f]...)
		if p.mark == markCount {
			dst = l.grouping.append(dst, uint64(max(n, 0)))
		}
	}
	return dst
}
