package adminapi

import (
	"net/http"

	"github.com/einlass/einlass/internal/operator"
)

// tellOutcome takes what a site, or an operator, says of what the site offers.
func (s *Server) tellOutcome(w http.ResponseWriter, r *http.Request) {
	var told operator.Told
	if err := readAct(w, r, &told); err != nil {
		s.fail(w, s.operators.RefuseTold(r.Context(), r.PathValue("id"), err))
		return
	}
	heard, err := s.operators.Tell(r.Context(), r.PathValue("id"), told)
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, heard.ID)
	s.write(w, http.StatusOK, jsonType, heard)
}
