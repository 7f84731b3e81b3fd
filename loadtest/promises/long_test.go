//go:build long

package promises

const firstMorning, mornings, caseSeeds = 1, 60, 10

// played are the cases that are played: all.
var played []string
