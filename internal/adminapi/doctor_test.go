package adminapi

import (
	"net/http"
	"testing"

	"github.com/einlass/einlass/internal/doctor"
)

func TestWhatTheMachineKnowsIsShown(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/doctor", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{}
	if got := answered[DoctorInfo](t, s.showDoctor, r); got.Findings == nil || len(got.Findings) != 0 {
		t.Errorf("without a machine: %+v", got)
	}
	full := doctor.Finding{Check: "disk", State: doctor.Wrong, What: "full", Do: "make space"}
	s.cfg.Doctor = func() []doctor.Finding { return []doctor.Finding{full} }
	if got := answered[DoctorInfo](t, s.showDoctor, r); len(got.Findings) != 1 || got.Findings[0] != full {
		t.Errorf("the findings are %+v", got)
	}
}
