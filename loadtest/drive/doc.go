// Package drive sends thousands of citizens with real sockets and real cookies to a gateway, on this machine or at a
// test installation, and measures waits, latencies, errors and order as they see them.
//
// The model is open: arrivals come when the curve says, whatever the answers do, and every latency counts from the
// moment at which the request was due. A request that could not start in time is late, and its lateness is part of its
// latency: a driver that is slow, or out of connections, cannot make the gateway look quick (coordinated omission).
//
//	target.go     where a driver may go: this machine, or a host that was named twice
//	arrivals.go   waves of arrivals and their due times
//	socket.go     the connections all citizens share, and one request on them: the transport of internal/visitor
//	credential.go what the room's cookie says
//	citizen.go    one person's visit: arrive, wait, go in
//	wait.go       what a citizen does while the page waits
//	booking.go    the way through the booking site of internal/demo
//	hotline.go    the staff that answers people who come by telephone
//	caller.go     one of those: rings, is told a number, opens the link or is booked for
//	script.go     the way through any other site: the operator's list of pages
//	figures.go    counters and latencies
//	witness.go    what the clients can testify, as a journal for pkg/queue/journal
//	watch.go      snapshots from the admin API and the site's counters
//	table.go      the result as text
//
// Invariants: no request leaves this machine unless the host was confirmed; no redirect to another host is followed;
// a browser's poll is never sooner than it was told, bots apart; what is written into the journal is true whenever the
// gateway kept its promises (see witness).
//
// loadtest/rehearse and loadtest/mornings import it; it imports pkg/queue/journal, internal/visitor,
// internal/adminclient and the counters of internal/demo.
package drive
