//go:build long

package plan

// How many days make long-matrices plays with edits, jumps and restarts at random.
const days = 1500
