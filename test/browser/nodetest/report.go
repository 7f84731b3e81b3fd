// Package nodetest is for Go tests that run tests of node.
package nodetest

import "strings"

// Failing is the part of node's report of tests that tells what failed: its end. Without that part it is all of interest.
func Failing(report []byte) string {
	if _, failing, found := strings.Cut(string(report), "✖ failing tests:"); found {
		return failing
	}
	return string(report)
}
