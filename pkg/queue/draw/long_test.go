//go:build long

package draw_test

// manyDraws is over how many draws places are compared: `make long-matrices` has the time.
const manyDraws = 10_000
