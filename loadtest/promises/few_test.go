//go:build !long

package promises

// From which seed on, how many mornings, and how many seeds of each case are played whenever the tests are run. These mornings are some
// of the small ones; make long-habits plays those of nine thousand people.
const firstMorning, mornings, caseSeeds = 6, 2, 1

// carried says whether mornings begin with what the one before has learned: as later mornings do, and a first one does not.
var carried = map[string]bool{"later mornings": true}

// played are the cases of those that are played: one whose rate changes and one of a full room.
var played = []string{"the rate is halved", "full, stays of 3 minutes"}
