//go:build !long

package sim

// crashesInARow is how many there are in an ordinary test.
const crashesInARow = 2

// mostLoads is how many pages a minute a program without cookies loads at most.
const mostLoads = 60
