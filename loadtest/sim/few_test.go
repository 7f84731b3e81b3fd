//go:build !long

package sim

// crashesInARow is how many there are in an ordinary test.
const crashesInARow = 4
