package config

import (
	"fmt"
	"strconv"
	"strings"
)

// StatusRanges is a set of statuses, 200 to 599, as ranges of which both ends belong to it.
type StatusRanges [][2]int

// Contains reports whether a status is in the set.
func (s StatusRanges) Contains(status int) bool {
	for _, r := range s {
		if status >= r[0] && status <= r[1] {
			return true
		}
	}
	return false
}

// ParseStatusRanges reads "200", "200-399" or a list of both with commas and without blanks.
func ParseStatusRanges(text string) (StatusRanges, error) {
	var all StatusRanges
	for part := range strings.SplitSeq(text, ",") {
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		from, ok := parseStatus(low)
		to, ok2 := parseStatus(high)
		switch {
		case !ok || !ok2:
			return nil, fmt.Errorf("%q is not accepted; want for example 200, 200-399 or 200,204,300-399", text)
		case from > to:
			return nil, fmt.Errorf("%q ends before it begins", part)
		}
		all = append(all, [2]int{from, to})
	}
	return all, nil
}

// parseStatus reads three digits.
func parseStatus(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 16)
	return int(n), err == nil && len(s) == 3 && n >= 200 && n <= 599
}
