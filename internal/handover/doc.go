// Package handover lets a process give what it holds to its successor, another process of the same or another release, and know what
// came of it.
//
// The two agree in steps, over a socket that the successor inherits beside the listening sockets:
//
//	successor       predecessor
//	ready      →                   it has made ready all that the predecessor need not let go of
//	           ←    take           the predecessor has let go of everything; its files are closed
//	serves     →                   it has opened the files and serves visitors; the predecessor drains and ends
//	refused    →                   instead of either: why it cannot, in words
//
// Until serves arrives the predecessor can go back: [Successor.Kill] returns when the successor has ended, so that never two processes use
// the same files. A successor whose predecessor has ended goes on alone, see [Predecessor.Take]. A program that does not know the protocol
// says nothing and ends or is killed.
//
// A second socket carries what the predecessor still needs from its successor; the package does not look at it.
//
// cmd/gateway imports the package; it imports systemd.
package handover
