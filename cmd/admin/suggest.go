package main

// nearest is the word of a list that is most like one that was typed, if one is near: at most a third of it is different.
func nearest(typed string, list []string) string {
	best, least := "", len(typed)/3+1
	for _, word := range list {
		if d := distance([]rune(typed), []rune(word)); d > 0 && d <= least && (best == "" || d < least) {
			best, least = word, d
		}
	}
	return best
}

// distance is how many letters are to be inserted, deleted, replaced or swapped with their neighbour (optimal string alignment).
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range b {
		rows[0][j+1] = j + 1
	}
	for i := range a {
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			d := min(rows[i][j]+cost, rows[i][j+1]+1, rows[i+1][j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(a)][len(b)]
}
