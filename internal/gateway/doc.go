// Package gateway is the public plane: it decides, for each guarded request, whether it goes to the site or is
// answered with the waiting room.
//
// The way of a request, each step in one file:
//
//	httpx guards it and hands over a Visit
//	gateway.go   which room? own URL, open path, or the line?
//	cookie.go    what does the visitor carry: pass, ticket, nothing good?
//	inside.go    a pass: note the activity, extend the cookie, forward
//	crowded.go   within the bounds of what one stay may use (stays.go)
//	line.go      a ticket: claim if it is the turn, else the waiting page; nothing: arrive
//	frame.go     nothing, in a part of another page: a button first
//	own.go       status, join, leave, away, assets, public keys
//	wait.go      the own URL that the waiting page loads: where its bearer stands, and on
//	answer.go    every answer of our own, pages and problems
//
// Invariants: a request with a valid pass and a poll cost no store call; a page is only ever given to who reads HTML,
// everything else gets a small problem body; the path that was decided on is the path that is forwarded; every
// answer of our own is no-store; a number is given, and a call used up, only by what a person did: a page load into a
// window, or a press on a button of ours. What our pages load by themselves numbers nobody who has had a number.
//
// It imports httpx, proxy, web, token, queue and config's router; cmd/gateway imports it.
package gateway
