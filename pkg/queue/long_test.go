//go:build long

package queue_test

// crowds is how many crowds `make long-matrices` tries the promised ranges with.
const crowds, longCrowds = 20, 20

// How many people poll as they are told in each case, and how many times an older copy of the store comes back.
const polite, copies = 600, 20

const lossyDays = 100

// everyCase says whether cases that differ from another by a figure alone are played too.
const everyCase = true
