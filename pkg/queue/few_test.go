//go:build !long

package queue_test

// crowds is how many crowds the promised ranges are tried with whenever the tests are run.
const crowds = 8
