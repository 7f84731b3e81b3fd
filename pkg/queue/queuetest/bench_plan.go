package queuetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// planned gives the room a plan that is as long as one may be: an opening that is open now, with slots, and steps to come.
func (m *bench) planned(measure func()) func() {
	return func() {
		m.Helper()
		now := m.clock.Now()
		plan := []queue.Step{{
			At: now, Opening: "today", Rank: 1, Phase: queue.PhaseOpen, SetQuota: true, Quota: queue.MaxInsideLimit, Per: 1, Standby: 100,
		}}
		for i := range queue.MaxOpenings - 1 {
			name, at := fmt.Sprintf("day %d", i), now+int64(i+1)*24*3600_000
			const steps uint8 = (queue.MaxSteps - 1) / (queue.MaxOpenings - 1)
			for rank := range steps {
				phase := queue.PhaseOpen
				if rank == 0 {
					phase = queue.PhaseLobby
				}
				plan = append(plan, queue.Step{At: at + int64(rank)*60_000, Opening: name, Rank: rank + 1, Phase: phase})
			}
		}
		before := m.setPlan(plan)
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
