// Package queuetest tests whether a queue.Store follows its specification.
//
// It has four instruments, all for tests of stores and all driven by one injected [Clock]:
//
//   - [Run], the conformance suite: every transition, boundary and error of queue.Store's documentation, as
//     subtests named as sentences and grouped by the rules of the line;
//   - [Differential], which plays one random history against two stores, compares every reply, and shrinks what it finds;
//   - [Linearizable], which checks concurrent use against the model;
//   - [Bench], the benchmarks that stores are compared by.
//
// Package model is the oracle: a naive implementation of the specification (maps, sorted on demand). It is itself a
// [Subject], by [ModelFactory], so that the suite is tested too.
//
// A store's test hands over a [Factory]:
//
//	func TestStore(t *testing.T)        { queuetest.Run(t, factory) }
//	func TestDifferential(t *testing.T) { queuetest.Differential(t, queuetest.ModelFactory, factory) }
//	func TestConcurrent(t *testing.T)   { queuetest.Linearizable(t, factory) }
//	func BenchmarkStore(b *testing.B)   { queuetest.Bench(b, factory) }
//
// # Longer hunts
//
// Differential plays as many steps as the environment variable DIFFERENTIAL_STEPS says, by default a few
// thousand. The flags of rapid choose the seed and replay a failure:
//
//	DIFFERENTIAL_STEPS=1000000 go test ./pkg/queue/memstore -run Differential -timeout 2h
//	go test ./pkg/queue/memstore -run Differential -rapid.seed=1234
//	go test ./pkg/queue/memstore -run Differential -rapid.failfile=testdata/rapid/...
//
// Where the specification leaves a choice, the suite takes the one that both stores can keep: invalid values
// are refused before anything else is looked at, so with ErrInvalid also where the room is lost.
//
// Nothing but tests imports the package.
package queuetest
