// Package chaos breaks everything that can break around gateways while a crowd waits, books and leaves, and says what came
// of it.
//
//	loadtest chaos --seed 7
//
// A topology is a store and the gateways on it:
//
//	sentinel  three gateways behind HAProxy, Redis with two replicas and three Sentinels
//	cluster   three gateways behind HAProxy, a Redis Cluster of three masters and three replicas
//	embedded  one gateway behind HAProxy, the embedded store with its state files on a small disk
//
// In each topology every fault is played once, in an order and with targets and lengths that the seed alone
// decides (Plan). A fault has to be seen: a process that is gone, another master, an epoch that rose, a store that a
// gateway says is away. A fault that did nothing fails the run. Between faults everything has to get well again.
//
// The crowd are browsers that keep cookies and come through HAProxy all the time: they arrive, poll, go in, send a form
// and leave; some give up, close the page, or sleep. What they may never see: a place that becomes another, a place twice,
// a figure that rises, the waiting room while they are inside.
//
// The gateways write journals, and at the end journal.Invariants judges all of them together. A failover of Redis may
// lose what was acknowledged before it was replicated, which is Redis's contract and told to the checker as losses (Lose)
// for as long as the failover lasts; that no number is given twice and that everybody keeps a place is asked in that time
// as in any other.
//
//	plan.go      what is played, from a seed
//	world.go     the processes of a topology, and how they get well
//	faults*.go   the faults
//	browser.go   one browser; visitor.go one visit; crowd.go everybody; felt.go what they lived through
//	run.go       one topology, from the first process to the verdict
//	verdict.go   what is asked of a run
//	page.go      the table and docs/chaos.md
//	command.go   the command
package chaos
