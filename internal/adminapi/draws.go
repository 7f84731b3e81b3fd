package adminapi

import (
	"net/http"

	"github.com/einlass/einlass/internal/operator"
)

func (s *Server) showDraws(w http.ResponseWriter, r *http.Request) {
	info, err := s.operators.Draws(r.Context(), r.PathValue("id"))
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, info.ID)
	s.write(w, http.StatusOK, jsonType, info)
}

// typeLine takes the line that an official types in for a draw.
func (s *Server) typeLine(w http.ResponseWriter, r *http.Request) {
	var typed operator.Typed
	if err := readAct(w, r, &typed); err != nil {
		s.fail(w, s.operators.RefuseTyped(r.Context(), r.PathValue("id"), err))
		return
	}
	done, err := s.operators.Type(r.Context(), r.PathValue("id"), typed)
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, done.ID)
	s.write(w, http.StatusOK, jsonType, done)
}
