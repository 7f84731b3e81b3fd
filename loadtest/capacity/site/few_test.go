//go:build !long

package site

// played are the mornings that are played whenever the tests are run: those with pages of 1.2 seconds and trouble.
func played() []Case { return Cases()[5:8] }
