//go:build !long

package draw_test

// manyDraws is over how many draws places are compared whenever the tests are run.
const manyDraws = 1_000

// changedBits is how many bits of each byte of a record are changed, by turns, and mostLots how many lots the largest draw has.
const changedBits, mostLots = 1, 5_000
