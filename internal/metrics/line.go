package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/einlass/einlass/pkg/queue"
)

type figure struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*queue.Snapshot) float64
}

func gauge(name, help string, value func(*queue.Snapshot) float64) figure {
	return figure{describe(name, help), prometheus.GaugeValue, value}
}

func total(name, help string, value func(*queue.Snapshot) int64) figure {
	return figure{describe(name, help), prometheus.CounterValue, func(f *queue.Snapshot) float64 { return float64(value(f)) }}
}

func describe(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, []string{"room"}, nil)
}

// figures is a constant table.
var figures = []figure{
	gauge("line_waiting", "Places in the line.", func(f *queue.Snapshot) float64 { return float64(f.Waiting) }),
	gauge("line_front", "Places that came back after their turn and go first.", func(f *queue.Snapshot) float64 { return float64(f.Front) }),
	gauge("line_calls", "Calls that may still be claimed.", func(f *queue.Snapshot) float64 { return float64(f.Calls) }),
	gauge("line_inside", "Visitors with a live pass.", func(f *queue.Snapshot) float64 { return float64(f.Inside) }),
	gauge("line_last_number", "Highest number given.", func(f *queue.Snapshot) float64 { return float64(f.Last) }),
	gauge("line_head_number", "Highest number called.", func(f *queue.Snapshot) float64 { return float64(f.HeadNum) }),
	gauge("line_epoch", "Epoch of the numbers; it rises when the store was lost.", func(f *queue.Snapshot) float64 { return float64(f.Epoch) }),
	gauge("line_gateways", "Gateways that share the line.", func(f *queue.Snapshot) float64 { return float64(f.Gateways) }),
	gauge("line_frame_timestamp_seconds", "Store time at which these figures were taken.", func(f *queue.Snapshot) float64 { return float64(f.Now) / 1000 }),
	gauge("pace_calls_per_second", "Configured pace.", func(f *queue.Snapshot) float64 { return float64(f.Control.Pace.Rate) / 60 }),
	gauge("pace_max_inside", "Most visitors inside and called together; 0 means no bound.", func(f *queue.Snapshot) float64 { return float64(f.Control.Pace.MaxInside) }),
	gauge("pace_burst", "Most calls at once.", func(f *queue.Snapshot) float64 { return float64(f.Control.Pace.Burst) }),
	gauge("pace_paused", "Whether nobody is called.", func(f *queue.Snapshot) float64 { return flag(f.Control.Mode == queue.ModePause) }),
	total("line_joined_total", "Numbers given.", func(f *queue.Snapshot) int64 { return f.Joined }),
	total("line_called_total", "Places called.", func(f *queue.Snapshot) int64 { return f.Called }),
	total("line_admitted_total", "Stays begun.", func(f *queue.Snapshot) int64 { return f.Admitted }),
	total("line_finished_total", "Stays ended by the visitor or the site.", func(f *queue.Snapshot) int64 { return f.Finished }),
	total("line_left_total", "Places given up.", func(f *queue.Snapshot) int64 { return f.Left }),
}

// Describe implements prometheus.Collector.
func (all *rooms) Describe(out chan<- *prometheus.Desc) {
	for _, f := range figures {
		out <- f.desc
	}
}

// Collect implements prometheus.Collector, for everything that snapshots tell. All figures of a room in one scrape are of
// the same moment. A room without a snapshot has none.
func (all *rooms) Collect(out chan<- prometheus.Metric) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for id, o := range all.open {
		snapshot := o.room.snapshot.Load()
		if snapshot == nil {
			continue
		}
		for _, f := range figures {
			out <- prometheus.MustNewConstMetric(f.desc, f.kind, f.value(snapshot), id)
		}
	}
}
