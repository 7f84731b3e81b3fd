package metrics

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestTheRecordOfActsMovesItsFigures(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := New(reg, Config{})
	if err != nil {
		t.Fatal(err)
	}
	m.Audit(7, 5, 3, 2)
	m.Audit(9, 8, 0, 4)
	wantMetrics(t, reg, `
# HELP einlass_audit_last_line Number of the latest line of this gateway's record of what operators did. 0 until something was recorded.
# TYPE einlass_audit_last_line gauge
einlass_audit_last_line 9
# HELP einlass_audit_lost_entries_total Entries of the record that could not be written, and of which too many waited already. They stand in the log alone.
# TYPE einlass_audit_lost_entries_total counter
einlass_audit_lost_entries_total 4
# HELP einlass_audit_signed_line Number of the latest line of the record that is below a signed head. The log has its hash.
# TYPE einlass_audit_signed_line gauge
einlass_audit_signed_line 8
# HELP einlass_audit_waiting_entries Entries of the record that cannot be written and wait in memory.
# TYPE einlass_audit_waiting_entries gauge
einlass_audit_waiting_entries 0
`, "einlass_audit_last_line", "einlass_audit_lost_entries_total", "einlass_audit_signed_line", "einlass_audit_waiting_entries")
}
