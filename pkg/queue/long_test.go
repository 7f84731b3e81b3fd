//go:build long

package queue_test

// crowds is how many crowds `make long-matrices` tries the promised ranges with.
const crowds, chancyCrowds = 20, 20
