//go:build !long

package promises

// How many mornings and how many seeds of each case are played whenever the tests are run.
const mornings, caseSeeds = 12, 2
