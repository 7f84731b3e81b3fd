// Package upgrade runs the gateway of the release before and today's on one line: one after the other on the state files of
// the embedded store, there and back, and both at the same time on one Redis. No visitor may lose a place, a number or a
// stay, and the pace is held.
//
// The port of the store has changed between the two. Today's program takes over what the other has left; the other
// cannot read what today's has written: it sets state files aside, and on Redis it serves as if the store were away.
//
// The earlier gateway is built from its source in testdata. To keep another release, make an archive of what its
// cmd/gateway needs, without tests (git archive), name it by the date of the release, and name it in old_test.go.
//
// It has tests only, with the build tag long: they take minutes.
package upgrade
