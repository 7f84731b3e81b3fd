package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/einlass/einlass/pkg/queue"
)

// possibleEntries, usedRatio and lostRatio are about the last ten minutes. The ratios are not there while nothing was possible.
var (
	possibleEntries = describe("pace_possible_entries", "Entries of the last ten minutes that rate and plan allowed while somebody waited and the room was open.")
	usedRatio       = describe("pace_used_ratio", "Part of the possible entries of the last ten minutes that took place. Not there if none was possible.")
	lostRatio       = describe("pace_lost_ratio", "Part of the possible entries of the last ten minutes that did not take place, by reason. Not there if none was possible.", "reason")
)

// Usage keeps what became of the possible entries for the next scrape.
func (r *Room) Usage(u queue.Usage) {
	if r != nil {
		r.usage.Store(&u)
	}
}

// collectUsage sends the figures of a room about its possible entries.
func (r *Room) collectUsage(id string, out chan<- prometheus.Metric) {
	u := r.usage.Load()
	if u == nil {
		return
	}
	set := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, append([]string{id}, labels...)...)
	}
	set(possibleEntries, u.Possible)
	ratio, known := u.Ratio()
	if !known {
		return
	}
	set(usedRatio, ratio)
	for l, n := range u.Lost {
		set(lostRatio, n/u.Possible, queue.Loss(l).String())
	}
}
