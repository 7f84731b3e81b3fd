package metrics

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/pkg/queue"
)

func TestWhatCameOfTheWordsAboutAChanceIsShown(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := New(reg, Config{})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"einlass_chance_told_total", "einlass_chance_brier_score"}
	room := m.OpenRoom(RoomConfig{ID: "a"})
	state := admission.State{Pace: 1000, Chances: &admission.Chances{}}
	says := func() {
		room.Snapshot(&queue.Snapshot{Judgement: queue.Verdict{Tick: 1, Factor: 1000, Blob: "1 1\n\n" + state.Text()}})
	}
	says()
	wantMetrics(t, reg, "", names...)
	state.Chances.Scores.Note(0.95, true)
	state.Chances.Scores.Note(0.95, false)
	state.Chances.Scores.Note(0.25, false)
	says()
	wantMetrics(t, reg, `
# HELP einlass_chance_brier_score Mean of (chance - result)² over all places that were told a chance: 0 is a seer, 0.25 says a half of everything. Not there before the first one.
# TYPE einlass_chance_brier_score gauge
einlass_chance_brier_score{room="a"} 0.3225
# HELP einlass_chance_told_total Places that were told a word about the chance that something is left, and what came of it: yes, something was left when the head came by, or no. A few along the line are counted every 15 seconds. Not there before the first one.
# TYPE einlass_chance_told_total counter
einlass_chance_told_total{left="no",room="a",word="little"} 0
einlass_chance_told_total{left="no",room="a",word="most"} 0
einlass_chance_told_total{left="no",room="a",word="some"} 1
einlass_chance_told_total{left="no",room="a",word="usually"} 1
einlass_chance_told_total{left="yes",room="a",word="little"} 0
einlass_chance_told_total{left="yes",room="a",word="most"} 0
einlass_chance_told_total{left="yes",room="a",word="some"} 0
einlass_chance_told_total{left="yes",room="a",word="usually"} 1
`, names...)
}
