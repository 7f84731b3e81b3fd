package gateway_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/einlass/einlass/internal/metrics"
)

// counts are the metrics of a gateway. Fixtures that follow each other can share them: the series of a room begin anew with the
// room. To make all series of a gateway takes as long as the rest of a fixture.
type counts struct {
	*prometheus.Registry
	*metrics.Metrics
	visits *prometheus.Registry // the series of the visits: to gather all takes longer than a request
}

func newCounts(t testing.TB) *counts {
	t.Helper()
	c := &counts{Registry: prometheus.NewRegistry(), visits: prometheus.NewRegistry()}
	var err error
	if c.Metrics, err = metrics.New(c, metrics.Config{}); err != nil {
		t.Fatal(err)
	}
	return c
}

// Register registers the collectors of the visits and of the codes twice.
func (c *counts) Register(collector prometheus.Collector) error {
	descs := make(chan *prometheus.Desc, 100)
	collector.Describe(descs)
	close(descs)
	for desc := range descs {
		if strings.Contains(desc.String(), `"einlass_visits_total"`) || strings.Contains(desc.String(), `"einlass_door_codes_total"`) {
			if err := c.visits.Register(collector); err != nil {
				return err
			}
			break
		}
	}
	return c.Registry.Register(collector)
}

// open returns the metrics of a room until the test ends.
func (c *counts) open(t testing.TB, room string) *metrics.Room {
	t.Helper()
	cfg := metrics.RoomConfig{ID: room}
	t.Cleanup(func() { c.CloseRoom(cfg) })
	return c.OpenRoom(cfg)
}

// ofVisits says how many visits of each kind were counted.
func (c *counts) ofVisits(t testing.TB) map[string]int {
	t.Helper()
	return c.of(t, "einlass_visits_total", "kind")
}

// of are the values of a counter, by one of its labels.
func (c *counts) of(t testing.TB, counter, by string) map[string]int {
	t.Helper()
	families, err := c.visits.Gather()
	if err != nil {
		t.Fatal(err)
	}
	visits := map[string]int{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				if family.GetName() == counter && label.GetName() == by {
					visits[label.GetValue()] += int(m.GetCounter().GetValue())
				}
			}
		}
	}
	return visits
}
