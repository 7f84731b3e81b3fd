package web

import (
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// grouping is how a language separates groups of three digits; empty: it does not.
type grouping string

// groupingOf asks x/text, which knows CLDR. The digits stay the European ones: they are read everywhere and
// are what a person says on the telephone.
func groupingOf(tag language.Tag) grouping {
	shown := message.NewPrinter(tag).Sprint(1_000_000)
	_, rest, _ := strings.Cut(shown, "1")
	separator, _, _ := strings.Cut(rest, "0")
	return grouping(separator)
}

// append appends n in groups.
func (g grouping) append(dst []byte, n uint64) []byte {
	var buf [20]byte
	digits := strconv.AppendUint(buf[:0], n, 10)
	head := (len(digits)-1)%3 + 1
	dst = append(dst, digits[:head]...)
	for i := head; i < len(digits); i += 3 {
		dst = append(dst, g...)
		dst = append(dst, digits[i:i+3]...)
	}
	return dst
}

// Figure is the number of people ahead to be said, of which n is known: n itself if it is a count. An estimate is rounded up
// by roundAhead, but never to more than was said before (shown, -1: nothing): then it is rounded down.
func Figure(n int, exact bool, shown int) int {
	if exact || n < 0 {
		return n
	}
	if up := roundAhead(n); shown < 0 || up <= shown {
		return up
	}
	step := aheadStep(shown)
	return min(n, shown) / step * step
}

// roundAhead makes an inexact count honest: "about 12,347" claims more than is known. It rounds up, in steps of
// one to ten per cent, so that a count that never rises is also never shown to rise.
func roundAhead(n int) int {
	step := aheadStep(n)
	return (n + step - 1) / step * step
}

func aheadStep(n int) int {
	switch {
	case n >= 100_000:
		return 1000
	case n >= 10_000:
		return 100
	case n >= 100:
		return 10
	}
	return 1
}
