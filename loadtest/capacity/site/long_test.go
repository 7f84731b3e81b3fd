//go:build long

package site

// played are the mornings that `make long-capacity` plays: all.
func played() []Case { return Cases() }
