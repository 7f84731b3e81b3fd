//go:build !long

package site

// played is the morning that is played whenever the tests are run: half of the capacity is away for a while, with pages of 1.2 seconds.
func played() []Case { return Cases()[6:7] }
