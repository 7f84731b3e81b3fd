// Package rehearse finds out how many new sessions a minute a site can serve, step by step, and says what to write into
// the configuration.
//
// A step is some time at one rate of new sessions. Each session walks a script: the operator's list of pages with think
// times, read-only unless a form is given. The first step is quiet; the following ones raise the rate until the site
// shows its knee: its 90th percentile more than twice the quiet one or above ten seconds, people who pile up, or more than
// 1 % answers that are no page. Then the rate goes back to the last good one, which is confirmed in a longer step, and the
// configuration is printed with a margin. A rate that was not confirmed, next to a bad one, is not advised.
//
// Sessions go to the site directly, at the step's rate; or through a gate, where people wait in line and the step sets
// the room's pace through the admin API: then the gate, the line and the site are rehearsed together.
//
// max inside is Little's law: the mean number of people inside is the rate at which they come in times the mean length of
// their visit (J. D. C. Little, "A Proof for the Queuing Formula: L = λW", Operations Research 9, 1961). Most is taken
// from the long visits, so that the bound does not bind while all is well, and so is for how long a stay that nobody
// finishes still counts in a room that is told the longest time on one page and has learned nothing yet.
//
// A rehearsal must not hurt: it stops at once at a burst of server errors or silence, when the context ends, and says
// what it had learned; it refuses targets on other machines unless they are named twice (loadtest/drive), and sets the
// room back to what it was.
//
//	config.go   what to rehearse
//	ladder.go   which rate comes next: pure, no clock
//	meter.go    what one step has measured, and when to stop at once
//	judge.go    whether a step was bad or only unlucky
//	rehearse.go the run
//	advice.go   the configuration, and why
//	command.go  the command
//
// It imports loadtest/drive and internal/adminclient.
package rehearse
