//go:build long

package e2e

// often is how many times in a row a fault is repeated: `make long-crashes` has the time.
const often = 60
