//go:build long

package promises

const firstMorning, mornings, caseSeeds = 1, 60, 10

// carried says whether mornings begin with what the one before has learned.
var carried = map[string]bool{"first mornings": false, "later mornings": true}

// played are the cases that are played: all.
var played []string
