// Package audit keeps the record of what operators did, in a way that shows whether it was changed afterwards.
//
// A [Log] writes JSON lines into files of a directory. Each line ends with its hash, h_n = SHA-256(h_{n-1} ‖ line), where the line is taken
// without the hash. Numbers and hashes go on from file to file. Every hundred lines, within a minute when something was recorded, at the end
// of each file and when the log is closed, a line holds a head: the number and hash of the line before it, signed by the EdDSA key of the
// keyring. Who can write the files and does not have the key can change nothing before the latest head without [Verify] saying where. The
// head is also handed to the caller, for the process log and the metrics: a record that was cut off at its end does not reach the latest
// head that was told there.
//
// An act never fails because of its record. Where a line cannot be written, as on a full disk, it is kept in memory, within a bound, and
// written when there is room again; the record then says how many lines were lost. A line that was torn, because the machine lost power, is
// taken off at the next start, and a line says so. A process that is killed loses no line; a machine that loses power may lose those of its
// last second.
//
// Each process has a record of its own. Files older than the retention are deleted whole, and a line names them.
//
// internal/operator writes entries, cmd/gateway opens the log, cmd/admin verifies files. Of this module the package imports nothing: keys
// come as functions. A Log is safe for concurrent use.
package audit
