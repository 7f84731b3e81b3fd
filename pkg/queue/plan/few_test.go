//go:build !long

package plan

// How many days are played with edits, jumps and restarts at random; more in make long-matrices.
const days = 25
