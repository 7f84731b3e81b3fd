package capacity

import "testing"

func BenchmarkMorning(b *testing.B) {
	m := small(Portal)
	m.Silent = true
	for i := range b.N {
		p, err := m.play(b.Context(), uint64(i), curves{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(p.used(Hour), "%")
	}
}
