//go:build !long

package queue_test

// How many crowds the promised ranges are tried with whenever the tests are run. The longer of these are for make long-matrices
// alone; loadtest/promises plays a room whose rate changes and one that is full whenever the tests are run.
const crowds, longCrowds = 1, 0

// How many people poll as they are told in each case, and how many times an older copy of the store comes back.
const polite, copies = 60, 2

// lossyDays is how many days are played whose store forgets everything at some steps.
const lossyDays = 1

// everyCase says whether cases that differ from another by a figure alone are played too. Whenever the tests are run they are not.
const everyCase = false
