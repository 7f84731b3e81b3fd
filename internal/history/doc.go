// Package history keeps what a room did over the last day, for whoever operates it: figures of ten seconds each, for 26 hours.
//
// A [Ring] belongs to one room. A [Recorder] looks at the room's view once a second and notes what it sees; it asks no store. Of the
// looks of one step the worst counts (columns.go says what that is), and of totals the last. [Ring.Ask] answers a span of it in as many
// points as a chart has.
//
// With a file the ring outlives its process. The file has a head, which names the columns, and one record of fixed size a step, which has a
// checksum: whatever a crash or a loss of power leaves of it, a record is read whole or not at all. A release with other columns reads
// those that it knows, and writes the file anew. A disk that is full or fails costs the file and nothing else.
//
// The package is imported by internal/operator, which shows histories, and by cmd/gateway, which runs them.
package history
