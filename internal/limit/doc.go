// Package limit slows down and turns away what is too much, before it costs the people who already wait: [Shedder] bounds
// arrivals in work at the same time, [Arrivals] bounds them per network and minute.
//
// It also says what one network is. [NetworksOf] lists the networks that an address counts for, and [WideNetwork] the one
// that stands for a place where a person moves about. Both are keyed hashes: no address is kept.
//
// The package has no goroutine and imports none of ours. internal/httpx counts connections by its networks,
// internal/gateway the networks of a stay; cmd/gateway makes the limits.
package limit
