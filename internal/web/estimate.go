package web

import (
	"strconv"
	"time"
)

// estimates are the ways to say how long it takes.
type estimates struct {
	unknown, full, soon phrase
	upto, about         plurals
	minutes             phrase
	span, single        phrase
	longest, more       phrase

	durMinutes, durHours, durBoth phrase
}

func (c *catalog) estimates() estimates {
	p := func(id string) phrase { return c.phrase(c.text(id)) }
	return estimates{
		unknown: p("estimate.unknown"), full: p("estimate.full"), soon: p("estimate.soon"),
		upto: c.plurals("estimate.upto"), about: c.plurals("estimate.about"),
		minutes: p("estimate.minutes"),
		span:    p("estimate.span"), single: p("estimate.single"),
		longest: p("estimate.longest"), more: p("estimate.more"),
		durMinutes: p("duration.minutes"), durHours: p("duration.hours"), durBoth: p("duration.both"),
	}
}

const (
	hour = 60 // in minutes
	day  = 24 * hour

	// longestWait keeps the arithmetic from overflowing; above a day the range is not told anyway.
	longestWait = 10_000 * time.Hour
)

// roundRange rounds a range outwards to what a person would say: to minutes, above twenty minutes to five,
// above one hour to ten, above three hours to thirty. The result is in minutes.
func roundRange(low, high time.Duration) (lowMin, highMin int) {
	high = min(high, longestWait)
	highMin = ceilTo(int((high+time.Minute-1)/time.Minute), 1)
	step := 1
	switch {
	case highMin > 3*hour:
		step = 30
	case highMin > hour:
		step = 10
	case highMin > 20:
		step = 5
	}
	lowMin = int(max(low, 0)/time.Minute) / step * step
	return min(lowMin, ceilTo(highMin, step)), ceilTo(highMin, step)
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
	case highMin > hour:
		return l.appendDurations(dst, f, e.span, lowMin, highMin)
	case lowMin < 1:
		return l.appendCount(dst, f, &e.upto, highMin)
	case lowMin == highMin:
		return l.appendCount(dst, f, &e.about, highMin)
	}
	for _, p := range e.minutes {
		dst = append(dst, p.text[f]...)
		switch p.mark {
		case markLow:
			dst = strconv.AppendInt(dst, int64(lowMin), 10)
		case markHigh:
			dst = strconv.AppendInt(dst, int64(highMin), 10)
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

func (l *locale) appendDuration(dst []byte, f form, minutes int) []byte {
	saying := l.estimates.durBoth
	switch {
	case minutes < hour:
		saying = l.estimates.durMinutes
	case minutes%hour == 0:
		saying = l.estimates.durHours
	}
	for _, p := range saying {
		dst = append(dst, p.text[f]...)
		switch p.mark {
		case markHours:
			dst = strconv.AppendInt(dst, int64(minutes/hour), 10)
		case markMinutes:
			dst = strconv.AppendInt(dst, int64(minutes%hour), 10)
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
