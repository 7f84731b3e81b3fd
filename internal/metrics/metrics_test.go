package metrics

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/einlass/einlass/pkg/queue"
)

// busy is a registry in which everything has happened once, and much that is in no set.
func busy(t *testing.T) (*Metrics, *prometheus.Registry) {
	t.Helper()
	reg := prometheus.NewPedanticRegistry()
	now := time.Unix(0, 0)
	m, err := New(reg, Config{
		Faults:      []string{"bad_request", "too_large"},
		Refusals:    []string{"network", "full"},
		Version:     "v1.2.3",
		Connections: func() int64 { return 7 },
		Now:         func() time.Time { now = now.Add(time.Millisecond); return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	room := m.OpenRoom(RoomConfig{ID: "termine", Backends: []string{"http://a:1", "http://b:1"}})
	m.OpenRoom(RoomConfig{ID: "kfz", Backends: []string{"http://a:1"}})
	for i := range 300 {
		stranger := fmt.Sprintf("stranger-%d", i)
		room.Visit(Visit(i % 256))
		room.Answer(stranger, i*7, time.Second)
		room.NoAnswer(stranger, Outcome(i))
		room.Backend(stranger, true, true)
		room.Snapshot(&queue.Snapshot{Waiting: int64(i), Document: queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 90}}})
		m.Fault(stranger)
		m.ConnectionRefused(stranger)
		m.StoreCall(stranger, time.Second, errors.New(stranger))
	}
	m.Panic()
	m.HeartbeatsDropped(3)
	m.Reloaded(77)
	return m, reg
}

func TestTheNamesFollowTheConventions(t *testing.T) {
	_, reg := busy(t)
	problems, err := testutil.GatherAndLint(reg)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestNoRequestCanMakeANewSeries(t *testing.T) {
	_, reg := busy(t)
	allowed := map[string][]string{
		"room":      {"termine", "kfz"},
		"kind":      visitNames[:],
		"outcome":   append([]string{"ok", "lost", "unavailable", "conflict", "invalid", "format", "unknown", "closed"}, outcomeNames[1:]...),
		"address":   {"", "http://a:1", "http://b:1"},
		"fault":     {"bad_request", "too_large", other},
		"reason":    {"network", "full", other},
		"result":    reloadNames[:],
		"verb":      append([]string{other}, verbNames...),
		"phase":     {"open", "closed", "lobby", "drawing", "line", "through"},
		"version":   nil,
		"goversion": nil,
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	ours := 0
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), namespace+"_") {
			continue
		}
		ours++
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				values, known := allowed[label.GetName()]
				if !known || values != nil && !slices.Contains(values, label.GetValue()) {
					t.Errorf("%s has %s=%q", family.GetName(), label.GetName(), label.GetValue())
				}
			}
		}
	}
	if ours < 20 {
		t.Errorf("only %d families of our own", ours)
	}
}

func wantMetrics(t *testing.T, reg prometheus.Gatherer, want string, names ...string) {
	t.Helper()
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
}

func TestAServerThatEvictsShows(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := New(reg, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, evicts := range []bool{false, true, false} {
		m.StoreEvicts(evicts)
		if got := testutil.ToFloat64(m.evicts); (got == 1) != evicts {
			t.Errorf("%v shows as %v", evicts, got)
		}
	}
}

func TestWhatHappenedIsCounted(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := New(reg, Config{Faults: []string{"f"}, Refusals: []string{"network"}, Connections: func() int64 { return 5 }})
	if err != nil {
		t.Fatal(err)
	}
	r := m.OpenRoom(RoomConfig{ID: "a", Backends: []string{"x"}})
	r.Visit(Poll)
	r.Visit(Poll)
	r.Visit(Failed)
	r.Answer("x", 204, 250*time.Millisecond)
	r.Answer("x", 999, time.Second)
	r.NoAnswer("x", Timeout)
	r.NoAnswer("", QueueFull)
	r.NoAnswer("elsewhere", Down)
	r.NoAnswer("x", outcomes)
	r.NoAnswer("x", QueueFull)
	r.NoAnswer("", Timeout)
	r.Backend("x", true, true)
	r.StoreUp(false)
	r.Snapshot(&queue.Snapshot{})
	m.Fault("f")
	m.ConnectionRefused("network")
	m.ConnectionRefused("network")
	m.Panic()
	m.HeartbeatsDropped(4)
	for name, want := range map[string]float64{"poll": 2, "failed": 1, "arrival": 0} {
		if got := testutil.ToFloat64(r.visits[slices.Index(visitNames[:], name)]); got != want {
			t.Errorf("%s visits: %v, want %v", name, got, want)
		}
	}
	for address, want := range map[string]map[string]float64{"x": {"2xx": 1, other: 1, "timeout": 1}, "": {"queue_full": 1, "down": 1}} {
		for o, name := range outcomeNames {
			if r.of(address).answers[o] == nil {
				if want[name] != 0 {
					t.Errorf("%s from %q is not counted", name, address)
				}
				continue
			}
			if got := testutil.ToFloat64(r.of(address).answers[o]); got != want[name] {
				t.Errorf("%s from %q: %v, want %v", name, address, got, want[name])
			}
		}
	}
	wantSum(t, reg, "einlass_backend_response_duration_seconds", 2, 1.25)
	wantMetrics(t, reg, `
# HELP einlass_backend_reused Whether connections to an address are used again. 0 since it sent more than it announced.
# TYPE einlass_backend_reused gauge
einlass_backend_reused{address="x",room="a"} 1
# HELP einlass_backend_up Whether people inside are sent to an address of a backend.
# TYPE einlass_backend_up gauge
einlass_backend_up{address="x",room="a"} 1
# HELP einlass_connections_open Open connections of visitors.
# TYPE einlass_connections_open gauge
einlass_connections_open 5
# HELP einlass_connections_refused_total Connections beyond a limit, by what became of them.
# TYPE einlass_connections_refused_total counter
einlass_connections_refused_total{reason="network"} 2
einlass_connections_refused_total{reason="other"} 0
# HELP einlass_faults_total Requests that were refused or failed, by fault.
# TYPE einlass_faults_total counter
einlass_faults_total{fault="f"} 1
einlass_faults_total{fault="other"} 0
# HELP einlass_heartbeats_dropped_total Heartbeats that were not sent because the store was away or too many were pending; the next poll sends them again.
# TYPE einlass_heartbeats_dropped_total counter
einlass_heartbeats_dropped_total 4
# HELP einlass_panics_total Panics that were recovered. The request was answered with status 500, the upload or the WebSocket broken off.
# TYPE einlass_panics_total counter
einlass_panics_total 1
# HELP einlass_store_up Whether the store answered for this room the last time it was asked.
# TYPE einlass_store_up gauge
einlass_store_up{room="a"} 1
`, "einlass_backend_reused", "einlass_backend_up", "einlass_connections_open", "einlass_connections_refused_total", "einlass_faults_total", "einlass_heartbeats_dropped_total", "einlass_panics_total", "einlass_store_up")
}

// wantSum checks the count and the sum of a histogram without labels but the room.
func wantSum(t *testing.T, reg prometheus.Gatherer, name string, count uint64, sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			if h := f.GetMetric()[0].GetHistogram(); h.GetSampleCount() != count || h.GetSampleSum() != sum {
				t.Errorf("%s: %d observations, in all %v", name, h.GetSampleCount(), h.GetSampleSum())
			}
			return
		}
	}
	t.Errorf("%s is not there", name)
}

func TestEveryOutcomeHasANameOfItsOwn(t *testing.T) {
	for o, name := range outcomeNames {
		if (name == "") != (o == 0) || slices.Index(outcomeNames[:], name) != o {
			t.Errorf("outcome %d is called %q", o, name)
		}
	}
}

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
# HELP einlass_pace_calls_per_second Configured pace of entries. Before calls were paid at entry it was that of calls.
# TYPE einlass_pace_calls_per_second gauge
einlass_pace_calls_per_second{room="a"} 1.5
# HELP einlass_pace_paused Whether nobody is called.
# TYPE einlass_pace_paused gauge
einlass_pace_paused{room="a"} 1
`, "einlass_line_frame_timestamp_seconds", "einlass_line_head_number", "einlass_line_joined_total", "einlass_line_waiting",
		"einlass_pace_calls_per_second", "einlass_pace_paused", "einlass_opening_quota", "einlass_opening_booked", "einlass_opening_phase")
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

func TestEveryKindOfVisitHasAName(t *testing.T) {
	for kind, name := range visitNames {
		if name == "" || slices.Index(visitNames[:], name) != kind {
			t.Errorf("kind %d is called %q", kind, name)
		}
	}
}

func TestASecondSetInOneRegistryIsRefused(t *testing.T) {
	_, reg := busy(t)
	if _, err := New(reg, Config{}); err == nil || !strings.Contains(err.Error(), "register metrics") {
		t.Errorf("error is %v", err)
	}
}

func TestARoomThatIsNotConfiguredCountsNothing(t *testing.T) {
	_, reg := busy(t)
	before := testutil.CollectAndCount(reg)
	var none *Room
	none.Visit(Arrival)
	none.Answer("x", 200, 0)
	none.NoAnswer("x", Down)
	none.Backend("x", true, true)
	none.StoreUp(true)
	none.Snapshot(&queue.Snapshot{})
	if after := testutil.CollectAndCount(reg); after != before {
		t.Errorf("%d series became %d", before, after)
	}
}

func TestCountingAVisitAllocatesNothing(t *testing.T) {
	m, _ := busy(t)
	room := m.OpenRoom(RoomConfig{ID: "termine"})
	if n := testing.AllocsPerRun(100, func() { room.Visit(Poll); room.Answer("x", 200, time.Millisecond) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// scripted is a store that answers everything with one error.
type scripted struct {
	err    error
	closed bool
}

func (s *scripted) Join(context.Context, []queue.Arrival) (queue.JoinReply, error) {
	return queue.JoinReply{Now: 1}, s.err
}

func (s *scripted) Keep(_ context.Context, mapping uint64, _ []queue.Beat) (queue.KeepReply, error) {
	return queue.KeepReply{Now: int64(mapping)}, s.err
}

func (s *scripted) Claim(_ context.Context, mapping uint64, _ []queue.Place) (queue.KeepReply, error) {
	return queue.KeepReply{Now: int64(mapping)}, s.err
}

func (s *scripted) Renew(context.Context, []queue.Stay) (queue.KeepReply, error) {
	return queue.KeepReply{Now: 4}, s.err
}
func (s *scripted) Report(context.Context, []queue.Outcome) error  { return s.err }
func (s *scripted) Leave(context.Context, []queue.VisitorID) error { return s.err }

func (s *scripted) Find(_ context.Context, o queue.Order) (queue.Found, error) {
	return queue.Found{At: int64(o)}, s.err
}

func (s *scripted) Move(_ context.Context, m queue.Move) (queue.Moved, error) {
	return queue.Moved{Left: int64(m.Act)}, s.err
}

func (s *scripted) Advance(_ context.Context, m queue.Watermark, sample queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	return queue.Snapshot{Now: int64(m.Last) + sample.Tick + v.Tick}, s.err
}

func (s *scripted) Settle(_ context.Context, d queue.Document) (queue.Document, error) {
	return d, s.err
}

func (s *scripted) Reveal(_ context.Context, _ string, seed [32]byte) ([32]byte, error) {
	return seed, s.err
}

func (s *scripted) Snapshot(context.Context) (queue.Snapshot, error) {
	return queue.Snapshot{Now: 6}, s.err
}
func (s *scripted) Restore(context.Context, queue.Watermark) error { return s.err }
func (s *scripted) Close() error                                   { s.closed = true; return s.err }

func TestAWatchedStoreAnswersAsBeforeAndIsCounted(t *testing.T) {
	for outcome, err := range map[string]error{
		"ok":          nil,
		"lost":        fmt.Errorf("join: %w", queue.ErrLost),
		"unavailable": queue.ErrUnavailable,
		"conflict":    queue.ErrConflict,
		"invalid":     queue.ErrInvalid,
		"format":      queue.ErrFormat,
		"unknown":     queue.ErrUnknown,
		"closed":      queue.ErrClosed,
		other:         errors.New("something else"),
	} {
		t.Run(outcome, func(t *testing.T) {
			m, _ := busy(t)
			inner := &scripted{err: err}
			s := m.WatchStore(inner)
			ctx := t.Context()
			joined, err1 := s.Join(ctx, nil)
			kept, err2 := s.Keep(ctx, 2, nil)
			claimed, err3 := s.Claim(ctx, 3, nil)
			renewed, err4 := s.Renew(ctx, nil)
			advanced, err5 := s.Advance(ctx, queue.Watermark{Last: 100}, queue.Sample{Tick: 20}, queue.Verdict{Tick: 3})
			settled, err6 := s.Settle(ctx, queue.Document{Version: 9})
			frame, err7 := s.Snapshot(ctx)
			found, err8 := s.Find(ctx, 8)
			moved, err9 := s.Move(ctx, queue.Move{Act: queue.ActHand})
			seed, err10 := s.Reveal(ctx, "o", [32]byte{10})
			all := []error{
				err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, s.Report(ctx, nil), s.Leave(ctx, nil),
				s.Restore(ctx, queue.Watermark{}), s.Close(),
			}
			for i, got := range all {
				if got != err {
					t.Errorf("error %d is %v", i, got)
				}
			}
			if joined.Now != 1 || kept.Now != 2 || claimed.Now != 3 || renewed.Now != 4 || advanced.Now != 123 || settled.Version != 9 ||
				frame.Now != 6 || found.At != 8 || moved.Left != int64(queue.ActHand) || seed[0] != 10 || !inner.closed {
				t.Error("replies are mixed up")
			}
			for _, name := range verbNames {
				if got := testutil.ToFloat64(m.verbs[name].calls[outcome]); got != 1 {
					t.Errorf("%s has been counted %v times", name, got)
				}
			}
		})
	}
}
