// Package suggest finds the word that somebody most likely meant: a key of the configuration, a command, a room. It imports nothing
// of this module.
package suggest

// Nearest is the first of the words that are most like the one that was typed, of those in which at most so many letters differ;
// empty if there is none.
func Nearest(typed string, words []string, most int) string {
	best, least := "", most+1
	for _, word := range words {
		if d := distance([]rune(typed), []rune(word)); d < least {
			best, least = word, d
		}
	}
	return best
}

// distance is how many letters are to be inserted, deleted, replaced or swapped with their neighbour (optimal string alignment).
func distance(a, b []rune) int {
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
