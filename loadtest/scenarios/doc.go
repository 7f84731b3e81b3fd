// Package scenarios holds the four mornings that the waiting room is built for, as data: who came when, with which
// habits, what stood behind the gate, which configuration runs it ([Gate]), and what it means that the morning ends
// well.
//
//   - [Scenario] is one morning; [All] lists them: [Memmingen], [Speyer], [Hessen], [Goeppingen].
//   - [Scenario.Scale] makes the same morning smaller or larger: people, places, pace and the site together.
//   - [Result] is what a run ended with, whether in virtual time or on sockets, and [Scenario.Judge] holds it against
//     the expectations.
//
// There is no clock, no randomness and no input or output here: two runs that use the same scenario play the same
// morning. What is known of a day is in [Scenario.Happened], what had to be assumed in [Scenario.Assumed]; the figures in
// neither are the tests' own.
//
// loadtest's sim, drive, mornings and report import it; it imports configs, internal/config, pkg/queue, its plan and internal/demo.
package scenarios
