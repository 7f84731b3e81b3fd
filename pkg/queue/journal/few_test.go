//go:build !long

package journal_test

// walks is how many walks are made on the model, of 3,000 steps each: one with and without failures, one with and without steps
// of the clock.
const walks = 4
