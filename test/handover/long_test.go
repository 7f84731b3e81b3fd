//go:build long

package handover

// inARow is how often a gateway is replaced, one time after the other.
const inARow = 60

// killsEach is how often a process is killed at each step.
const killsEach = 5
