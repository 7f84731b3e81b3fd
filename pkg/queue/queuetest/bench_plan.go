package queuetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// LongestPlan has as many steps and openings as one may have: an opening that is open from now on, with slots, and steps to come.
func LongestPlan(now int64) []queue.Step {
	const steps uint8 = (queue.MaxSteps - 1) / (queue.MaxOpenings - 1)
	plan := []queue.Step{{
		At: now, Opening: "today", Rank: 1, Phase: queue.PhaseOpen, SetQuota: true, Quota: queue.MaxInsideLimit, Per: 1, Standby: 100,
	}}
	for i := range int64(queue.MaxOpenings - 1) {
		name, at := fmt.Sprintf("day %d", i), now+(i+1)*24*3600_000
		for rank := range steps {
			phase := queue.PhaseOpen
			if rank == 0 {
				phase = queue.PhaseLobby
			}
			plan = append(plan, queue.Step{At: at + int64(rank)*60_000, Opening: name, Rank: rank + 1, Phase: phase})
		}
	}
	return plan
}

// planned gives the room a plan that is as long as one may be.
func (m *bench) planned(measure func()) func() {
	return func() {
		m.Helper()
		before := m.setPlan(LongestPlan(m.clock.Now()))
		m.tick()
		measure()
		m.setPlan(before)
	}
}

func (m *bench) setPlan(plan []queue.Step) (before []queue.Step) {
	m.Helper()
	f, err := m.store.Snapshot(m.Context())
	m.must(err)
	d := f.Document.Clone()
	before = slices.Clone(d.Plan)
	d.Plan = plan
	_, err = m.store.Settle(m.Context(), d)
	m.must(err)
	return before
}

// benchLobby is a store whose lobby so many have come to.
func benchLobby(b *testing.B, factory Factory, n int) {
	m := newBench(b, factory)
	defer func() { m.must(m.store.Close()) }()
	m.setPlan([]queue.Step{
		{At: m.clock.Now(), Opening: "today", Rank: 1, Phase: queue.PhaseLobby}, {At: m.clock.Now() + 3600_000, Opening: "today", Rank: 2, Phase: queue.PhaseOpen},
	})
	m.tick()
	before := m.bytes()
	for came := 0; came < n; came += queue.MaxBatch {
		m.arrive(queue.MaxBatch)
		m.places = m.places[:0]
	}
	grown := m.bytes() - before
	b.Run("fill", func(b *testing.B) {
		for b.Loop() { //nolint:revive // the loop only satisfies the harness
		}
		b.ReportMetric(0, "ns/op")
		if m.store.Bytes != nil {
			b.ReportMetric(float64(grown)/float64(n), "B/place")
		}
	})
	b.Run("advance", m.run(m.benchAdvance))
}
