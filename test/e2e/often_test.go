//go:build !long

package e2e

// often is how many times in a row a fault is repeated: a few times whenever the tests are run.
const often = 4
