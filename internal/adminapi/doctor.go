package adminapi

import (
	"net/http"

	"github.com/einlass/einlass/internal/doctor"
)

// DoctorInfo is the answer to GET /v1/doctor.
type DoctorInfo struct {
	Findings []doctor.Finding `json:"findings"`
}

// showDoctor shows what only the machine of this gateway knows.
func (s *Server) showDoctor(w http.ResponseWriter, _ *http.Request) {
	info := DoctorInfo{Findings: []doctor.Finding{}}
	if s.cfg.Doctor != nil {
		info.Findings = append(info.Findings, s.cfg.Doctor()...)
	}
	s.write(w, http.StatusOK, jsonType, info)
}
