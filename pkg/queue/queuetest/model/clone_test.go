package model

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

func TestACloneGoesItsOwnWay(t *testing.T) {
	f := newFixture(t, pause)
	p := f.queued(1)
	f.arrive(queue.Arrival{Visitor: visitor(2), Code: code(1), Uses: 2})
	original := f.m
	f.m = original.Clone()
	equal(t, "the clone is equal", original.Equal(f.m), true)
	before := original.Clone()
	f.arrive(queue.Arrival{Visitor: visitor(3), Code: code(1), Uses: 2})
	f.away(p)
	f.settle(func(d *queue.Document) { d.Plan = []queue.Step{{At: f.now, Opening: "a", Rank: 1, Floor: true}} })
	f.advance()
	f.leave(2)
	equal(t, "the original has changed", !original.Equal(before), false)
	equal(t, "the clone has", original.Equal(f.m), false)
}
