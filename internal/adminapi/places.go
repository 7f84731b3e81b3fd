package adminapi

import (
	"net/http"

	"github.com/einlass/einlass/internal/operator"
)

func (s *Server) listPlaces(w http.ResponseWriter, r *http.Request) {
	list, err := s.operators.ListPlaces(r.Context(), r.PathValue("id"))
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, list.ID)
	s.write(w, http.StatusOK, jsonType, list)
}

// takePlace takes a place for somebody without a browser.
func (s *Server) takePlace(w http.ResponseWriter, r *http.Request) {
	var asked operator.NewPlace
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, s.operators.RefusePlace(r.Context(), r.PathValue("id"), "new", err))
		return
	}
	info, err := s.operators.TakePlace(r.Context(), r.PathValue("id"), asked)
	s.answerPlace(w, &info, err)
}

// onPlace acts on the place that a number and a code name. They stand in the body, as URLs are written down in many places.
func (s *Server) onPlace(act string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked operator.PlaceAct
		if err := readAct(w, r, &asked); err != nil {
			s.fail(w, s.operators.RefusePlace(r.Context(), r.PathValue("id"), act, err))
			return
		}
		info, err := s.operators.ActOnPlace(r.Context(), r.PathValue("id"), act, asked)
		s.answerPlace(w, &info, err)
	}
}

// sendPlace sends a link as a short message. A body that cannot be read is refused without repeating it: a telephone number may be in it.
func (s *Server) sendPlace(w http.ResponseWriter, r *http.Request) {
	var asked operator.PlaceSend
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, s.operators.RefusePlace(r.Context(), r.PathValue("id"), "sms", err))
		return
	}
	info, err := s.operators.SendPlace(r.Context(), r.PathValue("id"), asked)
	s.answerPlace(w, &info, err)
}

func (s *Server) answerPlace(w http.ResponseWriter, info *operator.PlaceInfo, err error) {
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, info.ID)
	s.write(w, http.StatusOK, jsonType, info)
}
