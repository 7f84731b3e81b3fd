//go:build long

package draw_test

// manyDraws is over how many draws places are compared: `make long-matrices` has the time.
const manyDraws = 10_000

// changedBits is how many bits of each byte of a record are changed, and mostLots how many lots the largest draw has.
const changedBits, mostLots = 3, 70_000
