//go:build !long

package journal_test

// walks is how many walks are made on the model, of so many steps each: one with and without failures, one with and without steps
// of the clock.
const walks, steps = 4, 700
