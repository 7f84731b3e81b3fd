package queuetest

import (
	"sync/atomic"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/queuetest/model"
)

// Clock is the time of a store under test, in milliseconds since 1970. Safe for concurrent use.
type Clock struct{ ms atomic.Int64 }

// NewClock makes a clock that stands at ms.
func NewClock(ms int64) *Clock {
	c := &Clock{}
	c.ms.Store(ms)
	return c
}

// Now is the time. Its method value is what stores take as their clock.
func (c *Clock) Now() int64 { return c.ms.Load() }

// Set moves the clock to ms, forwards or backwards.
func (c *Clock) Set(ms int64) { c.ms.Store(ms) }

// Step moves the clock by ms, forwards or backwards.
func (c *Clock) Step(ms int64) { c.ms.Add(ms) }

// Subject is a store under test.
type Subject struct {
	queue.Store
	// Lose makes the store forget everything, as FLUSHALL or an empty restart does: until the next Restore its
	// verbs answer queue.ErrLost. Required.
	Lose func()
	// Release is the same store as a release uses it that reads rooms of formats up to this one (1 to queue.Format). Required
	// by Run; Differential lets an older release play if both stores have it. The test does not close it.
	Release func(format int) queue.Store
	// Broken is what rule the answers have broken, in the judgement of whoever wrapped the store. Optional; Differential asks after
	// every step.
	Broken func() error
	// Bytes is what the store holds in memory at present. Optional; Bench reports it per place.
	Bytes func() int64
}

// Factory makes an empty store: one that has no room yet. It must read the time from clock alone. Every call makes
// a store that shares nothing with the others. The caller closes the store; what else the factory opens, it
// releases with t.Cleanup. It stops the test when it cannot make a store.
type Factory func(t testing.TB, clock *Clock) Subject

// ModelFactory makes models.
func ModelFactory(_ testing.TB, clock *Clock) Subject {
	m := model.New(clock.Now)
	return Subject{Store: m, Lose: m.Lose, Release: func(format int) queue.Store { return m.Release(format) }}
}
