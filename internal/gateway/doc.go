// Package gateway is the public plane: it decides, for each guarded request, whether it goes to the site or is
// answered with the waiting room.
//
// The way of a request, each step in one file:
//
//	httpx guards it and hands over a Visit
//	gateway.go   which room? own URL, open path, or the line?
//	table.go     the rooms in service, one set that is replaced as a whole
//	own.go       own URLs: assets, public keys, status, leave, away; the waiting page, its button, and the page at the door go
//	             on below
//	client.go    what a script that the site includes says of its pages
//	cookies.go   what does the visitor carry? Also each change of a cookie
//	facts.go     what is known of the request
//	decide.go    what is done with it: forward, bypass, wait, admit or refuse. Pure; asks for what it does not know
//	turn.go      the part of it for those who have a place, or a stay that may go on
//	ask.go       finds that out: how the request was made, the line, the bounds of a stay (stays.go)
//	checks.go    what stands between an arrival and its number, and who is turned away at the door
//	act.go       does what was decided: the cookie, the count, then
//	activity.go  what of it counts as activity of the stay
//	once.go      a form that was sent before is answered again
//	forward.go   the site, or; sitehead.go, outcome.go and finish.go do what it says of the stay
//	answers.go   an answer of our own, page or problem; answerline.go has the line's, answerfiles.go what is the same for all; status.go is the line's word in the page's terms
//	target.go    where answers lead
//
// Invariants: a request keeps the room that it found to its end, whatever set of rooms follows; a request with a valid pass and a poll cost no store call; only a request whose answer a person reads gets a
// page, everything else gets a small problem body; the path that was decided on is the path that is forwarded; every
// answer of our own is no-store; a number is given, and a call used up, only by what a person did: a page load into a
// window, or a press on a button of ours. What our pages load by themselves gives no second number.
//
// What is new has its place. Another source of requests (a front proxy that asks before it forwards) fills facts from
// other fields and says the decision in other statuses. Another condition for a number (a code, a proof of work) is a
// check: pass, later, challenge or refuse. A line that is closed is a check that refuses; a trial that only watches is a
// policy over the decision, which forwards what it would not and counts it. None is a branch of decide.
//
// It imports httpx, proxy, route, limit, web, metrics, queue and token; cmd/gateway imports it.
package gateway
