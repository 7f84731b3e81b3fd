//go:build !long

package admin

// extent: whenever the tests are run, each view is seen in both widths, both colours and forced ones, but not in each with each.
const extent = "a-few-tests"
