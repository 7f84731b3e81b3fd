//go:build long

package queue_test

// crowds is how many crowds `make long-matrices` tries the promised ranges with.
const crowds, chancyCrowds, longCrowds = 20, 20, 20
