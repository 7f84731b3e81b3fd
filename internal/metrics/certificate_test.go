package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestCertificatesAndLinesLeftOutAreCounted(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m, err := New(reg, Config{Version: "v1"})
	if err != nil {
		t.Fatal(err)
	}
	m.Certificate(time.Unix(1_900_000_000, 0))
	m.CertificateRefused()
	m.LinesLeftOut(7)
	err = testutil.GatherAndCompare(reg, strings.NewReader(`
# HELP einlass_certificate_expiry_timestamp_seconds When the certificate in use from tls.cert_file expires. 0 if there is none.
# TYPE einlass_certificate_expiry_timestamp_seconds gauge
einlass_certificate_expiry_timestamp_seconds 1.9e+09
# HELP einlass_certificate_refused_total Changes of the certificate's files that were not taken: not readable, not fitting together, or not valid now.
# TYPE einlass_certificate_refused_total counter
einlass_certificate_refused_total 1
# HELP einlass_log_lines_dropped_total Log lines that were left out because the same had been said several times within a minute.
# TYPE einlass_log_lines_dropped_total counter
einlass_log_lines_dropped_total 7
`), "einlass_certificate_expiry_timestamp_seconds", "einlass_certificate_refused_total", "einlass_log_lines_dropped_total")
	if err != nil {
		t.Error(err)
	}
}
