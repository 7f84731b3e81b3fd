//go:build long

package sim

// crashesInARow is how many there are in `make long`.
const crashesInARow = 60

// mostLoads is how many pages a minute a program without cookies loads at most.
const mostLoads = 1200
