//go:build long

package sim

// crashesInARow is how many there are in `make long`.
const crashesInARow = 60
