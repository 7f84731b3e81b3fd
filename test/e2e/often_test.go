//go:build !long

package e2e

// often is how many times in a row a fault is repeated: a few times whenever the tests are run.
const often = 3

// How many people come at once, how many wait at three gateways of which one is killed, and how many edits of a kind are tried on
// Redis: those to the file itself are the same for both stores.
const atOnce, atThree, editsOnRedis = 2000, 120, 2

// evicted are the keys of a line that Redis throws away.
var evicted = []string{"line"}
