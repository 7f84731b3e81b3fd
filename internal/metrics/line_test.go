package metrics

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/pkg/queue"
)

func TestTheLineIsThatOfTheLastFrame(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := New(reg, Config{})
	if err != nil {
		t.Fatal(err)
	}
	m.OpenRoom(RoomConfig{ID: "without-a-snapshot"})
	a := m.OpenRoom(RoomConfig{ID: "a"})
	a.Snapshot(&queue.Snapshot{Waiting: 1})
	a.Snapshot(&queue.Snapshot{
		Now: 1500, Waiting: 12, Joined: 20, Last: 21, HeadNumbers: [queue.Lanes]uint64{9, 7},
		Document: queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 90}}, Opening: queue.NewOpening(),
	})
	wantMetrics(t, reg, `
# HELP einlass_line_frame_timestamp_seconds Store time at which these figures were taken.
# TYPE einlass_line_frame_timestamp_seconds gauge
einlass_line_frame_timestamp_seconds{room="a"} 1.5
# HELP einlass_line_head_number Highest number called or passed over, of those without a lane of their own.
# TYPE einlass_line_head_number gauge
einlass_line_head_number{room="a"} 9
# HELP einlass_line_joined_total Numbers given.
# TYPE einlass_line_joined_total counter
einlass_line_joined_total{room="a"} 20
# HELP einlass_line_waiting Places in the line.
# TYPE einlass_line_waiting gauge
einlass_line_waiting{room="a"} 12
# HELP einlass_opening_phase 1 for the phase that the room is in, 0 for the others.
# TYPE einlass_opening_phase gauge
einlass_opening_phase{phase="closed",room="a"} 0
einlass_opening_phase{phase="drawing",room="a"} 0
einlass_opening_phase{phase="line",room="a"} 0
einlass_opening_phase{phase="lobby",room="a"} 0
einlass_opening_phase{phase="open",room="a"} 1
einlass_opening_phase{phase="through",room="a"} 0
# HELP einlass_pace_calls_per_second Configured pace, in entries per second. In earlier releases it was that of calls.
# TYPE einlass_pace_calls_per_second gauge
einlass_pace_calls_per_second{room="a"} 1.5
# HELP einlass_pace_paused Whether nobody is called.
# TYPE einlass_pace_paused gauge
einlass_pace_paused{room="a"} 1
`, "einlass_line_frame_timestamp_seconds", "einlass_line_head_number", "einlass_line_joined_total", "einlass_line_waiting",
		"einlass_pace_calls_per_second", "einlass_pace_paused", "einlass_opening_quota", "einlass_opening_booked", "einlass_opening_phase")
}

func TestPromisesAreCountedByWhatCameOfThem(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := New(reg, Config{})
	if err != nil {
		t.Fatal(err)
	}
	told := "1 7\n90,4,6,100,90,1000000,0" + strings.Repeat(",-205000,235000", 18) + "\n"
	m.OpenRoom(RoomConfig{ID: "a"}).Snapshot(&queue.Snapshot{Judgement: queue.Verdict{Tick: 7, Factor: 1000, Blob: told}})
	wantMetrics(t, reg, `
# HELP einlass_wait_promises_total Ranges of the wait that pages were told and that have ended: the turn came within the range, earlier or later. One of each length is counted every 15 seconds.
# TYPE einlass_wait_promises_total counter
einlass_wait_promises_total{result="early",room="a"} 4
einlass_wait_promises_total{result="kept",room="a"} 90
einlass_wait_promises_total{result="late",room="a"} 6
`, "einlass_wait_promises_total")
}

func TestTheReasonForAPaceThatIsHeldBackIsNamed(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := New(reg, Config{})
	if err != nil {
		t.Fatal(err)
	}
	state := admission.State{Pace: 490, Reason: admission.ReasonLatency}
	f := queue.Snapshot{Judgement: queue.Verdict{Tick: 7, Factor: 490, Blob: "1 7\n\n" + state.Text()}}
	room := m.OpenRoom(RoomConfig{ID: "a"})
	room.Snapshot(&f)
	const want = `
# HELP einlass_pace_factor Part of the pace that the site's health leaves in force.
# TYPE einlass_pace_factor gauge
einlass_pace_factor{room="a"} 0.49
# HELP einlass_pace_held_back 1 for the reason for which the pace is held back, or would be if the judgement of the site's health were acted on; 0 for the others.
# TYPE einlass_pace_held_back gauge
einlass_pace_held_back{reason="down",room="a"} 0
einlass_pace_held_back{reason="errors",room="a"} 0
einlass_pace_held_back{reason="latency",room="a"} 1
einlass_pace_held_back{reason="start",room="a"} 0
`
	wantMetrics(t, reg, want, "einlass_pace_factor", "einlass_pace_held_back")
	off := f
	off.Document.SetHealthMode(queue.HealthOff)
	off.Judgement.Factor = 1000
	room.Snapshot(&off)
	wantMetrics(t, reg, strings.NewReplacer(`"latency",room="a"} 1`, `"latency",room="a"} 0`, "} 0.49", "} 1").Replace(want), "einlass_pace_factor", "einlass_pace_held_back")
}

// Each figure of a snapshot moves its own metric and no other.
func TestEveryFigureOfASnapshotMovesItsMetric(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*queue.Snapshot)
		want float64
	}{
		"line_waiting":                 {func(f *queue.Snapshot) { f.Waiting = 7 }, 7},
		"line_front":                   {func(f *queue.Snapshot) { f.Front = 7 }, 7},
		"line_calls":                   {func(f *queue.Snapshot) { f.Calls = 7 }, 7},
		"line_asking":                  {func(f *queue.Snapshot) { f.Asking = 7 }, 7},
		"line_inside":                  {func(f *queue.Snapshot) { f.Live = 7 }, 7},
		"line_counted_inside":          {func(f *queue.Snapshot) { f.Counted = 7500 }, 7.5},
		"line_call_claimed_ratio":      {func(f *queue.Snapshot) { f.CallChance = 250 }, .25},
		"line_last_number":             {func(f *queue.Snapshot) { f.Last = 7 }, 7},
		"line_head_number":             {func(f *queue.Snapshot) { f.HeadNumbers[0] = 7 }, 7},
		"line_epoch":                   {func(f *queue.Snapshot) { f.Epoch = 7 }, 7},
		"line_format":                  {func(f *queue.Snapshot) { f.Format = 2 }, 2},
		"line_gateways":                {func(f *queue.Snapshot) { f.Gateways = 7 }, 7},
		"line_frame_timestamp_seconds": {func(f *queue.Snapshot) { f.Now = 7000 }, 7},
		"line_hold_timestamp_seconds":  {func(f *queue.Snapshot) { f.Hold = 7000 }, 7},
		"pace_calls_per_second":        {func(f *queue.Snapshot) { f.Document.Pace.Rate = 90 }, 1.5},
		"pace_share_ratio":             {func(f *queue.Snapshot) { f.Opening.Share, f.Judgement.Factor = 500, 500 }, .25},
		"pace_max_inside":              {func(f *queue.Snapshot) { f.Document.Pace.MaxInside = 7 }, 7},
		"pace_burst":                   {func(f *queue.Snapshot) { f.Document.Pace.Burst = 7 }, 7},
		"pace_paused":                  {func(f *queue.Snapshot) { f.Document.Pace.Mode = queue.ModePause }, 1},
		"pace_open_to_all":             {func(f *queue.Snapshot) { f.Document.Pace.Mode = queue.ModeOpen }, 1},
		"pace_strict":                  {func(f *queue.Snapshot) { f.Document.Pace.Strict = true }, 1},
		"opening_quota":                {func(f *queue.Snapshot) { f.Opening.Quota = 7 }, 7},
		"opening_booked":               {func(f *queue.Snapshot) { f.Opening.Booked = 7 }, 7},
		"line_joined_total":            {func(f *queue.Snapshot) { f.Joined = 7 }, 7},
		"line_called_total":            {func(f *queue.Snapshot) { f.Called = 7 }, 7},
		"line_admitted_total":          {func(f *queue.Snapshot) { f.Admitted = 7 }, 7},
		"line_finished_total":          {func(f *queue.Snapshot) { f.Finished = 7 }, 7},
		"line_left_total":              {func(f *queue.Snapshot) { f.Left = 7 }, 7},
	} {
		reg := prometheus.NewRegistry()
		m, err := New(reg, Config{})
		if err != nil {
			t.Fatal(err)
		}
		room := m.OpenRoom(RoomConfig{ID: "a"})
		still := &queue.Snapshot{} // with a quota of 0, so that every figure is there
		room.Snapshot(still)
		before := valuesOf(t, reg)
		moved := *still
		c.set(&moved)
		room.Snapshot(&moved)
		for metric, value := range valuesOf(t, reg) {
			switch was := before[metric]; {
			case metric == "einlass_"+name && (value != c.want || was == c.want):
				t.Errorf("%s went from %v to %v, want %v", name, was, value, c.want)
			case metric != "einlass_"+name && value != was:
				t.Errorf("with %s, %s went from %v to %v", name, metric, was, value)
			}
		}
		if len(before) != len(figures) {
			t.Fatalf("%d figures, %d of the table", len(before), len(figures))
		}
		delete(before, "einlass_"+name)
		if len(before) != len(figures)-1 {
			t.Errorf("there is no figure %s", name)
		}
	}
}

// valuesOf is the value of each figure of the one room.
func valuesOf(t *testing.T, reg prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]bool{}
	for _, f := range figures {
		_, rest, _ := strings.Cut(f.desc.String(), `"`)
		name, _, _ := strings.Cut(rest, `"`)
		ours[name] = true
	}
	values := map[string]float64{}
	for _, f := range families {
		if ours[f.GetName()] {
			m := f.GetMetric()[0]
			values[f.GetName()] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return values
}
