package metrics

import "github.com/prometheus/client_golang/prometheus"

// adminRefusals are the names of internal/adminapi for why a request for operators was refused.
var adminRefusals = [...]string{"missing", "wrong", "crowd", other}

func (r *registrar) strangers() map[string]prometheus.Counter {
	total := r.counters("admin_unauthorized_total",
		"Requests to the admin API without the right token: without any, with a wrong one, or with one of too many wrong ones.", "reason")
	all := map[string]prometheus.Counter{}
	for _, name := range adminRefusals {
		all[name] = total.WithLabelValues(name)
	}
	return all
}

// AdminRefused counts a request to the admin API without the right token.
func (m *Metrics) AdminRefused(reason string) {
	c, ok := m.strangers[reason]
	if !ok {
		c = m.strangers[other]
	}
	c.Inc()
}
