//go:build !long

package handover

// inARow is how often a gateway is replaced, one time after the other.
const inARow = 3
