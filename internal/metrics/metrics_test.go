package metrics

import (
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
		room.Code(Code(i % 256))
		room.Answer(stranger, i*7, time.Second)
		room.NoAnswer(stranger, Outcome(i))
		room.Backend(stranger, true, true)
		room.Snapshot(&queue.Snapshot{Waiting: int64(i), Document: queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 90}}})
		m.Fault(stranger)
		m.ConnectionRefused(stranger)
		m.StoreCall(stranger, time.Second, errors.New(stranger))
	}
	m.Panic()
	m.UntrustedProxy()
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
		"reason":    slices.Concat([]string{"network", "full", "latency", "errors", "down", "start"}, adminRefusals[:]),
		"result":    slices.Concat([]string{"kept", "early", "late"}, reloadNames[:], codeNames[:]),
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
	r.InFlightLimit(17)
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
# HELP einlass_backend_in_flight_limit How many requests of this room the backend may work on at once: max_in_flight, or less while it is slow.
# TYPE einlass_backend_in_flight_limit gauge
einlass_backend_in_flight_limit{room="a"} 17
# HELP einlass_backend_reused Whether connections to an address are used again. 0 since it sent more than it announced.
# TYPE einlass_backend_reused gauge
einlass_backend_reused{address="x",room="a"} 1
# HELP einlass_backend_up Whether an address of a backend works: it can be connected to, its health check passes, and less than half of its requests of the last minute failed.
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
`, "einlass_backend_in_flight_limit", "einlass_backend_reused", "einlass_backend_up", "einlass_connections_open", "einlass_connections_refused_total", "einlass_faults_total", "einlass_heartbeats_dropped_total", "einlass_panics_total", "einlass_store_up")
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
	none.Code(CodeOK)
	none.Answer("x", 200, 0)
	none.NoAnswer("x", Down)
	none.Backend("x", true, true)
	none.InFlightLimit(17)
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
