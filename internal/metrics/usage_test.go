package metrics

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/einlass/einlass/pkg/queue"
)

func TestWhatBecameOfThePossibleEntriesIsShownByReason(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := New(reg, Config{})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"einlass_pace_possible_entries", "einlass_pace_used_ratio", "einlass_pace_lost_ratio"}
	room := m.OpenRoom(RoomConfig{ID: "a"})
	room.Snapshot(&queue.Snapshot{})
	wantMetrics(t, reg, "", names...)
	const none = `
# HELP einlass_pace_possible_entries Entries of the last ten minutes that rate and plan allowed while somebody waited and the room was open.
# TYPE einlass_pace_possible_entries gauge
einlass_pace_possible_entries{room="a"} 0
`
	room.Usage(queue.Usage{})
	wantMetrics(t, reg, none, names...)
	u := queue.Usage{Possible: 400, Used: 100}
	u.Lost[queue.LossFull], u.Lost[queue.LossPaused] = 200, 100
	room.Usage(u)
	wantMetrics(t, reg, `
# HELP einlass_pace_lost_ratio Part of the possible entries of the last ten minutes that did not take place, by reason. Not there if none was possible.
# TYPE einlass_pace_lost_ratio gauge
einlass_pace_lost_ratio{reason="full",room="a"} 0.5
einlass_pace_lost_ratio{reason="health",room="a"} 0
einlass_pace_lost_ratio{reason="hold",room="a"} 0
einlass_pace_lost_ratio{reason="paused",room="a"} 0.25
einlass_pace_lost_ratio{reason="store",room="a"} 0
einlass_pace_lost_ratio{reason="turns",room="a"} 0
# HELP einlass_pace_possible_entries Entries of the last ten minutes that rate and plan allowed while somebody waited and the room was open.
# TYPE einlass_pace_possible_entries gauge
einlass_pace_possible_entries{room="a"} 400
# HELP einlass_pace_used_ratio Part of the possible entries of the last ten minutes that took place. Not there if none was possible.
# TYPE einlass_pace_used_ratio gauge
einlass_pace_used_ratio{room="a"} 0.25
`, names...)
}
