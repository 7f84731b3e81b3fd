//go:build long

package e2e

import "time"

// often is how many times in a row a fault is repeated: `make long-crashes` has the time.
const often = 60

// crashes is how many openings in a row crash at the same moment: `make long-openings` has the time.
const crashes = 60

// longestPoll of the openings is that of gateways that share two processors with dozens of others: each has to restore what it remembers
// within the hold that follows from it.
const longestPoll = 2500 * time.Millisecond

// `make long-scenes` has the time for these.
const atOnce, atThree, damages, edits = 10_000, 300, 4, 100

// rounds is how often each of three gateways is replaced in turn.
const rounds = 3

var evicted = []string{"line", "seen"}

var stores = []string{"embedded", "redis"}
