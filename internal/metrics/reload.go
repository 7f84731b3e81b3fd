package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Reload is what became of a configuration that was read while the gateway runs.
type Reload uint8

const (
	// Applied is in force.
	Applied Reload = iota
	// NotAccepted has faults, or differs in what needs a restart. The one before stays in force.
	NotAccepted
	// Broken could not be brought into force: a file, a directory or an address failed. The one before stays in force.
	Broken
	reloadResults
)

var reloadNames = [reloadResults]string{"applied", "refused", "failed"}

type reloads struct {
	total        [reloadResults]prometheus.Counter
	good, goodAt prometheus.Gauge
}

func (r *registrar) reloads(now time.Time) reloads {
	total := r.counters("config_reloads_total", "Configurations that were read while the gateway runs, by what became of them.", "result")
	c := reloads{
		good:   r.gauge("config_last_reload_successful", "Whether the configuration that was read last is in force. 1 from the start."),
		goodAt: r.gauge("config_last_reload_success_timestamp_seconds", "When the configuration in force was brought into force."),
	}
	for i, name := range reloadNames {
		c.total[i] = total.WithLabelValues(name)
	}
	c.good.Set(1)
	c.goodAt.Set(float64(now.UnixMilli()) / 1000)
	return c
}

// Reloaded counts a configuration that was read while the gateway runs.
func (m *Metrics) Reloaded(result Reload) {
	if result >= reloadResults {
		result = Broken
	}
	m.reloads.total[result].Inc()
	m.reloads.good.Set(flag(result == Applied))
	if result == Applied {
		m.reloads.goodAt.Set(float64(m.now().UnixMilli()) / 1000)
	}
}
