//go:build !long

package e2e

import "time"

// often is how many times in a row a fault is repeated: twice whenever the tests are run.
const often = 2

// crashes is how many openings in a row crash at the same moment.
const crashes = 1

// longestPoll is that of the openings.
const longestPoll = time.Second

// How many people come at once, how many wait at three gateways of which one is killed, how many kinds of damage state files have,
// and how many edits of a kind are tried.
const atOnce, atThree, damages, edits = 2000, 60, 2, 4

// rounds is how often each of three gateways is replaced in turn.
const rounds = 1

// evicted are the keys of a line that Redis throws away.
var evicted = []string{"line"}

// stores are those on which a stay and an edit are played: that both stores behave the same is held by their own tests.
var stores = []string{"embedded"}
