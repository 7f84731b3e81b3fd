package metrics

import "github.com/prometheus/client_golang/prometheus"

// audit is how the record of what operators did stands.
type audit struct {
	last, signed, waiting prometheus.Gauge
	lost                  prometheus.Counter
	lostSeen              uint64
}

func (r *registrar) audit() audit {
	return audit{
		last:    r.gauge("audit_last_line", "Number of the latest line of this gateway's record of what operators did. 0 until something was recorded."),
		signed:  r.gauge("audit_signed_line", "Number of the latest line of the record that is below a signed head. The log has its hash."),
		waiting: r.gauge("audit_waiting_entries", "Entries of the record that cannot be written and wait in memory."),
		lost:    r.counter("audit_lost_entries_total", "Entries of the record that could not be written, and of which too many waited already. They stand in the log alone."),
	}
}

// Audit says how the record of what operators did stands; lost counts from the start of the process. Calls must not overlap.
func (m *Metrics) Audit(last, signed uint64, waiting int, lost uint64) {
	m.audit.last.Set(float64(last))
	m.audit.signed.Set(float64(signed))
	m.audit.waiting.Set(float64(waiting))
	if lost > m.audit.lostSeen {
		m.audit.lost.Add(float64(lost - m.audit.lostSeen))
		m.audit.lostSeen = lost
	}
}
