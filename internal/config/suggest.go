package config

import "strings"

// nearest is the name that s was most likely meant to be, or "" when nothing is near enough to say so.
func nearest(s string, names []string) string {
	best, bestDistance := "", 1+max(1, len(s)/3)
	for _, name := range names {
		d := distance(strings.ToLower(s), name)
		if d < bestDistance {
			best, bestDistance = name, d
		}
	}
	return best
}

// distance is the number of single-byte insertions, deletions, substitutions and swaps of neighbours between
// a and b (optimal string alignment).
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	before, prev, cur := rows[0], rows[1], rows[2]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
