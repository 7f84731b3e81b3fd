package adminapi

import (
	"net/http"

	"github.com/einlass/einlass/internal/report/signed"
)

// signReport signs the hash of a report.
func (s *Server) signReport(w http.ResponseWriter, r *http.Request) {
	var asked signed.Asked
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, s.operators.RefuseReport(r.Context(), r.PathValue("id"), err))
		return
	}
	signature, err := s.operators.SignReport(r.Context(), r.PathValue("id"), asked)
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, signature.Room)
	s.write(w, http.StatusOK, jsonType, signature)
}
