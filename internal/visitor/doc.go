// Package visitor is the client of the waiting protocol: what a browser and the waiting page's script do at a site behind a
// gateway, without a screen.
//
//	room.go      the waiting room as its visitors reach it: address, prefix, id
//	browser.go   one visitor's browser: page loads, redirects, polls, leaving, joining again
//	request.go   a request and its answer, and the seam to an HTTP library
//	http.go      that seam over net/http
//	jar.go       the cookies of one browser
//	token.go     what the room's cookie says
//	status.go    what a poll says
//	page.go      what a waiting page says to its script and to a browser without one
//	wait.go      the script: poll until the page is to be loaded again, and ask at the door
//
// It knows the protocol only: cookies, the status JSON, the header Einlass-State, Retry-After, redirects. How long somebody
// thinks, when somebody gives up and what counts as a fault belongs to the user: a [Browser] takes a [Transport] of the
// user's, tells every exchange to its Observe, and [Browser.Wait] calls back between polls and after each.
//
// The demo's simulated citizens, the load tests and the end-to-end tests import it. It imports nothing of ours.
package visitor
