//go:build !long

package draw_test

// manyDraws is over how many draws places are compared whenever the tests are run.
const manyDraws = 1_000
