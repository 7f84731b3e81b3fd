package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/einlass/einlass/pkg/queue"
)

// series counts those with a label.
func series(t *testing.T, reg prometheus.Gatherer, name, value string) (n int) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			for _, label := range metric.GetLabel() {
				if label.GetName() == name && label.GetValue() == value {
					n++
				}
			}
		}
	}
	return n
}

func TestTheSeriesOfARoomComeAndGoWithIt(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m, err := New(reg, Config{})
	if err != nil {
		t.Fatal(err)
	}
	stays := m.OpenRoom(RoomConfig{ID: "stays", Backends: []string{"x"}})
	stays.Visit(Poll)
	before := testutil.CollectAndCount(reg)
	old, next := RoomConfig{ID: "a", Backends: []string{"x", "y"}}, RoomConfig{ID: "a", Backends: []string{"y", "z"}}
	a := m.OpenRoom(old)
	a.Snapshot(&queue.Snapshot{})
	a.Visit(Poll)
	if m.OpenRoom(next) != a {
		t.Error("two users of a room count apart")
	}
	a.Answer("x", 200, time.Second) // of the old backend, which is drained
	if x, z := series(t, reg, "address", "x"), series(t, reg, "address", "z"); x == 0 || z == 0 {
		t.Errorf("during the change: %d series of the old address, %d of the new", x, z)
	}
	y := a.of("y")
	m.CloseRoom(old)
	if a.of("y") != y || a.of("x") != a.nowhere {
		t.Error("the address that stays counts anew, or the one that went is still counted")
	}
	a.Answer("x", 200, time.Second)
	a.Backend("x", true, true)
	if n := series(t, reg, "room", "a"); n == 0 {
		t.Error("the room is gone with its first user")
	}
	m.CloseRoom(next)
	a.Visit(Poll) // a request that is still under way
	if n := series(t, reg, "room", "a"); n != 0 {
		t.Errorf("%d series of a room that is gone", n)
	}
	m.CloseRoom(next) // nobody's
	if after := testutil.CollectAndCount(reg); after != before {
		t.Errorf("%d series, %d before", after, before)
	}
	if got := testutil.ToFloat64(stays.visits[Poll]); got != 1 {
		t.Errorf("the other room counted %v", got)
	}
}

func TestAReloadShows(t *testing.T) {
	reg := prometheus.NewRegistry()
	now := time.Unix(100, 0)
	m, err := New(reg, Config{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	want := func(good, at string, results ...string) {
		t.Helper()
		text := "# HELP einlass_config_last_reload_success_timestamp_seconds When the configuration in force was brought into force.\n" +
			"# TYPE einlass_config_last_reload_success_timestamp_seconds gauge\neinlass_config_last_reload_success_timestamp_seconds " + at +
			"\n# HELP einlass_config_last_reload_successful Whether the configuration that was read last is in force. 1 from the start.\n" +
			"# TYPE einlass_config_last_reload_successful gauge\neinlass_config_last_reload_successful " + good +
			"\n# HELP einlass_config_reloads_total Configurations that were read while the gateway runs, by what became of them.\n" +
			"# TYPE einlass_config_reloads_total counter\n" + strings.Join(results, "\n") + "\n"
		wantMetrics(t, reg, text, "einlass_config_last_reload_successful", "einlass_config_last_reload_success_timestamp_seconds",
			"einlass_config_reloads_total")
	}
	line := func(result, n string) string { return `einlass_config_reloads_total{result="` + result + `"} ` + n }
	want("1", "100", line("applied", "0"), line("failed", "0"), line("refused", "0"))
	now = time.Unix(200, 0)
	m.Reloaded(NotAccepted)
	want("0", "100", line("applied", "0"), line("failed", "0"), line("refused", "1"))
	m.Reloaded(Applied)
	want("1", "200", line("applied", "1"), line("failed", "0"), line("refused", "1"))
	m.Reloaded(Broken)
	want("0", "200", line("applied", "1"), line("failed", "1"), line("refused", "1"))
}
