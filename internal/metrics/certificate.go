package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type certificate struct {
	until   prometheus.Gauge
	refused prometheus.Counter
}

func (r *registrar) certificate() certificate {
	return certificate{
		until:   r.gauge("certificate_expiry_timestamp_seconds", "When the certificate in use from tls.cert_file expires. 0 if there is none."),
		refused: r.counter("certificate_refused_total", "Changes of the certificate's files that were not taken: not readable, not fitting together, or not valid now."),
	}
}

// Certificate says when the certificate in use expires.
func (m *Metrics) Certificate(until time.Time) { m.certificate.until.Set(float64(until.Unix())) }

// CertificateRefused counts a change of the files that was not taken.
func (m *Metrics) CertificateRefused() { m.certificate.refused.Inc() }
