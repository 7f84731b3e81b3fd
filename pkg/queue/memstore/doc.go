// Package memstore keeps one room's line in this process: the default store, so that one binary and no
// service is a complete installation.
//
// A room is one mutex and ordered sets (counted B+trees over a slab of 32-byte records, docs/adr/0014), so that rank, range count,
// removal and a call cost O(log n) at a million places. Two state files (docs/adr/0015) keep the line over a restart:
// figures, document and whoever has changed are written each second, everybody each ten seconds. What the files miss comes
// back with the tickets.
//
// It implements queue.Store; that package's documentation is the specification. Only cmd/gateway, the load
// tests and queuetest's callers import it.
package memstore
