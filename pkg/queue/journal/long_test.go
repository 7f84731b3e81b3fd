//go:build long

package journal_test

// walks is how many walks `make long-matrices` makes on the model, of so many steps each.
const walks, steps = 70, 3000
