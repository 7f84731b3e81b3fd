package metrics

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestStrangersAtTheAdminAPICount(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := New(reg, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for reason, n := range map[string]int{"missing": 1, "wrong": 2, "crowd": 3, "something": 4, "role": 5, "login": 6} {
		for range n {
			m.AdminRefused(reason)
		}
	}
	wantMetrics(t, reg, `
# HELP einlass_admin_unauthorized_total Requests to the admin API that were refused: without a token or a session, with a wrong token or log-in, with one of too many, or by somebody whose role may not.
# TYPE einlass_admin_unauthorized_total counter
einlass_admin_unauthorized_total{reason="crowd"} 3
einlass_admin_unauthorized_total{reason="login"} 6
einlass_admin_unauthorized_total{reason="missing"} 1
einlass_admin_unauthorized_total{reason="other"} 4
einlass_admin_unauthorized_total{reason="role"} 5
einlass_admin_unauthorized_total{reason="wrong"} 2
`, "einlass_admin_unauthorized_total")
}
