package metrics

import "github.com/prometheus/client_golang/prometheus"

// adminRefusals are the names of internal/adminapi for why a request for operators was refused.
var adminRefusals = [...]string{"missing", "wrong", "crowd", "login", "role", other}

func (r *registrar) strangers() map[string]prometheus.Counter {
	total := r.counters("admin_unauthorized_total",
		"Requests to the admin API that were refused: without a token or a session, with a wrong token or log-in, with one of too many, or by somebody whose role may not.", "reason")
	all := map[string]prometheus.Counter{}
	for _, name := range adminRefusals {
		all[name] = total.WithLabelValues(name)
	}
	return all
}

// AdminRefused counts a request to the admin API that was refused.
func (m *Metrics) AdminRefused(reason string) {
	c, ok := m.strangers[reason]
	if !ok {
		c = m.strangers[other]
	}
	c.Inc()
}
