//go:build !long

package queue_test

// How many crowds the promised ranges are tried with whenever the tests are run; more where chance weighs more, because few
// are inside or stays are short. The longest of these are for make long-matrices alone.
const crowds, chancyCrowds, longCrowds = 1, 6, 0
