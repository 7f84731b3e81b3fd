// Package journal writes down what a store answered and checks the rules of the line on it.
//
// An [Event] is one answer about one visitor, one snapshot, one thing that the plan or an operator did, or one thing that was
// done to the store; it is JSON-serialisable, one object a line. [Recorder] wraps any queue.Store and produces events.
// [Invariants] reads them as a stream, in memory bounded by the places that are live, and reports each [Violation] of a [Rule].
//
// A [File] keeps the journal of one process in a way that outlives it, and [Merge] reads those of several together.
//
// # Files
//
// A file is JSON lines: a [Header], then for every verb that can change something an intent (what is about to be sent,
// for whom), and its answers. Each of the two is one write(2) and nothing is flushed to disk: a process that is killed
// loses no line, but a machine that loses power may. Answers are written before they are handed on.
//
// A process can be killed between the store's work and the answer. Then there is an intent without an answer, which becomes
// Uncertain for every visitor that it names: the store may have done it or not, at any time from its sending until
// [Invariants] has read five seconds of the store's later answers. It raises no violation either way. It excuses only the
// visitors that it names and, for an arrival, one missing number each; all other evidence stays in force.
//
// A process writes down that it restored a store at the time of the store's latest answer to it. When the store lost the room it cannot
// know: a server that takes over answers heartbeats before a tick finds out that it is another one. So [Merge] lets a loss be possible since
// that process was last given a number or a snapshot, and as long as processes are answered by two servers.
//
// A file that cannot be written says so in its header, overwritten in place, because a full disk has no space for another
// line. What its process did from then on is unknown, so the whole merged journal ends there, and [Merged] says where.
//
// A process writes its journal in parts (File.Part), so that old ones can be deleted (DeleteOld) while it lives. Merge reads the parts of a
// process as one, and names one that is missing between others. What is before the first is not known, which no rule minds.
//
// # Formats
//
// Files of format 1 were written for the port before this one: pace was paid at the call, open calls counted as inside, and
// there were no openings. They are read into the same events and held to the rules of that port (Config.Format). Files of both
// formats are not merged: a store that was taken over is another store.
//
// The checks use nothing of a store but its answers, so they hold for any store: the differential driver, the simulation, the
// load test, the chaos runs and the report after an opening use this one implementation.
//
// The package imports only pkg/queue and pkg/queue/draw.
package journal
