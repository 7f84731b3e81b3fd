//go:build !long

package gateway_test

// oneIn is of how many kinds of request one is made with a URL as long as URLs may be, whenever the tests are run, and oneOutcomeIn of
// how many the outcome is looked at: by turns, so that each kind and each scene has some.
const oneIn, oneOutcomeIn = 6, 5

// idlers are the seeds of visitors who ask again at the last moment, and stored those on Redis.
const idlers, stored = 2, 1
