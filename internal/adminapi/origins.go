package adminapi

import "net/http"

// showOrigins answers the controls of a room as the file has them and as they are in force.
func (s *Server) showOrigins(w http.ResponseWriter, r *http.Request) {
	info, err := s.operators.Origins(r.Context(), r.PathValue("id"))
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, info.ID)
	s.write(w, http.StatusOK, jsonType, info)
}
