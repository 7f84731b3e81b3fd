// Package socket reads and writes the descriptor of a TCP or Unix connection directly, while the runtime's poller stays in
// charge of waiting, deadlines and closing.
//
// A read of package net tells the scheduler of the system call and of its end, which costs more than a short call on a socket
// that never blocks; and a request to a server that was just sent cannot have its answer yet, so the read that package net
// tries before it waits is in vain. Direct saves both where it can (Linux) and gives back the connection
// as it is elsewhere, and for connections that are no sockets, TLS for one.
//
// A Listener is one that can be finished: who is connected by then is served, where Close would have the kernel reset him.
//
// internal/httpx uses it towards visitors and internal/proxy towards sites. It knows neither and imports nothing of ours.
package socket
