//go:build long

package gateway_test

// `make long-matrices` makes each kind of request in each scene.
const oneIn, oneOutcomeIn = 1, 1

// idlers are the seeds of visitors who ask again at the last moment, and stored those on Redis.
const idlers, stored = 10, 2
