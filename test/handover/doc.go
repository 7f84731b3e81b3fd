// Package handover holds a gateway to what its visitors are promised while it is replaced: no connection refused, no request failed and no
// place lost, whatever they were doing and whoever dies meanwhile.
//
// The gateways are processes with state directories. Their visitors are strangers: each has connections of its own, on which nothing is
// tried again, so that a request which was not answered is seen.
package handover
