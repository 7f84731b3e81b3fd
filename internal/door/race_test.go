//go:build race

package door_test

// The race detector makes a guess take twenty times as long, and finds in many what it finds in few.
const guesses = 20_000
