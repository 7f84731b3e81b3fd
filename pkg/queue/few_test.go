//go:build !long

package queue_test

// How many crowds the promised ranges are tried with whenever the tests are run; more where chance weighs more, because few
// are inside or stays are short. The longest of these are for make long-matrices alone.
const crowds, chancyCrowds, longCrowds = 1, 2, 0

// How many people poll as they are told in each case, and how many times an older copy of the store comes back.
const polite, copies = 300, 8

// lossyDays is how many days are played whose store forgets everything at some steps.
const lossyDays = 5
