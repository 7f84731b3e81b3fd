// Package citizens plays people who want an appointment at the site of package
// portal, through whatever stands in front of it.
//
// Each citizen is one goroutine with a cookie jar of its own on a transport
// shared by all, so that some hundred of them cost little beside the servers
// under test. A citizen loads pages as a browser does, waits where a waiting
// room answers (see line.go and internal/visitor), then finds the way through the portal's links and
// forms, takes its time on every page, and counts how it ended.
//
// Invariants: citizens talk to loopback addresses only, checked for the
// configured address and again for every connection; they poll no sooner than
// they are told; with the same seed the same citizens come with the same names,
// patience and times.
//
// The gateway's demo and the load tests import it.
package citizens
