//go:build !race

package door_test

const guesses = 1_000_000
