//go:build !long

package journal_test

// walks is how many walks are made on the model, of 3,000 steps each.
const walks = 5
