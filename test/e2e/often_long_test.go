//go:build long

package e2e

// often is how many times in a row a fault is repeated: `make long-crashes` has the time.
const often = 60

// crashes is how many openings in a row crash at the same moment: `make long-openings` has the time.
const crashes = 60

// `make long-scenes` has the time for these.
const atOnce, atThree, damages, edits = 10_000, 300, 4, 100

var evicted = []string{"line", "seen"}

var stores = []string{"embedded", "redis"}
