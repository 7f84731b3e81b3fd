// Package harness is what the end-to-end tests run with: the real gateway as a process, a real site behind it,
// browsers that keep to the protocol, and a journal that the promises to visitors are checked on.
//
//	program.go   the program, built once with the race detector
//	clock.go     the program on a machine whose clock is wrong
//	gate.go      one gateway as a process: start, stop, kill, its configuration and its log
//	admin.go     an operator at its admin API
//	site.go      the site behind, which counts what it saw
//	browser.go   one visitor's browser: cookies, pages, polls
//	answer.go    what is asserted of every answer, whatever it is
//	stranger.go  clients that are not our page, without cookies
//	origin.go    sites that do what a site should not
//	disk.go      a disk that can be full
//	crowd.go     many browsers that wait, and what became of them
//	rush.go      many who come at once
//	check.go     the promises: nobody overtaken, no number twice, no place lost
//	watch.go     the pace, read off the store's own clock and counters
//
// Only tests import it. A method that takes or holds a testing.TB and can stop the test is called from the test's
// goroutine; the others say so.
package harness
