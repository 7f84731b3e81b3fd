package adminapi

import (
	"net/http"

	"github.com/einlass/einlass/internal/operator"
)

// setMode does what one word stands for.
func (s *Server) setMode(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	var act operator.ModeAct
	if err := readAct(w, r, &act); err != nil {
		s.fail(w, s.operators.Refuse(r.Context(), id, operator.Change{Reason: act.Reason}, err))
		return
	}
	info, err := s.operators.SetMode(r.Context(), id, act)
	s.answerChange(w, info.RoomInfo, info, err)
}

// endStays ends one stay, or all.
func (s *Server) endStays(w http.ResponseWriter, r *http.Request) {
	var asked operator.StaysEnd
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, s.operators.RefuseStays(r.Context(), r.PathValue("id"), err))
		return
	}
	ended, err := s.operators.EndStays(r.Context(), r.PathValue("id"), asked)
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, ended.ID)
	s.write(w, http.StatusOK, jsonType, ended)
}
