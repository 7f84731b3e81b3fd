// Package upgrade runs the gateway of an earlier release and today's on one line: one after the other on the state files of
// the embedded store, there and back, and both at the same time on one Redis. No visitor may lose a place, a number or a
// stay, and the pace is held.
//
// The earlier gateway is built from its source in testdata. To keep another release, make an archive of what its
// cmd/gateway needs, without tests (git archive), name it by the date of the release, and name it in old_test.go.
//
// It has tests only, with the build tag long: they take minutes.
package upgrade
