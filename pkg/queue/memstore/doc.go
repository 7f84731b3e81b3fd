// Package memstore keeps one room's line in this process: the default store, so that one binary and no
// service is a complete installation.
//
// Everything is one mutex and a handful of ordered sets (counted B+trees over a slab of 32-byte records), so
// that rank, removal and "call the next k" cost O(log n) at a million places. Two state files (see files.go)
// let the line survive the process: marks, controls, calls and stays each second, the places at a slower beat.
// What the files miss, the tickets bring back.
//
// It implements queue.Store; that package's documentation is the specification. Only cmd/gateway, the load
// tests and queuetest's callers import it.
package memstore
