package proxy

import (
	"fmt"
	"strconv"
	"strings"
)

// statusRanges is the set of statuses that a health check accepts.
type statusRanges [][2]int

func (s statusRanges) contains(status int) bool {
	for _, r := range s {
		if status >= r[0] && status <= r[1] {
			return true
		}
	}
	return false
}

// parseStatusRanges reads "200", "200-399" or a list of both with commas.
func parseStatusRanges(text string) (statusRanges, error) {
	var out statusRanges
	for part := range strings.SplitSeq(text, ",") {
		lo, hi, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			hi = lo
		}
		from, err1 := strconv.Atoi(lo)
		to, err2 := strconv.Atoi(hi)
		if err1 != nil || err2 != nil || from < 200 || to > 599 || from > to {
			return nil, fmt.Errorf("%q is not a set of statuses: 200, 200-399 or 200,204,300-399, each within 200 to 599", text)
		}
		out = append(out, [2]int{from, to})
	}
	return out, nil
}
