// Package limit refuses arrivals before they slow down the answers to visitors that already wait: [Shedder] bounds arrivals
// in work at the same time, [Arrivals] bounds them per network and minute.
//
// It also defines what one network is. [NetworksOf] lists the networks that an address counts for. [WideNetwork] is the
// larger network that one person's connections usually share. Both are keyed hashes: no address is kept.
//
// The package has no goroutine and imports none of ours. internal/httpx counts connections by its networks,
// internal/gateway the networks of a stay; cmd/gateway makes the limits.
package limit
