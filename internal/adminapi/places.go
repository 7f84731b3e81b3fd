package adminapi

import (
	"context"
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
	answerPlace(s, w, r, "new", s.operators.TakePlace)
}

// onPlace acts on the place that a number and a code name. They stand in the body, as URLs are written down in many places.
func (s *Server) onPlace(act string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answerPlace(s, w, r, act, func(ctx context.Context, id string, asked operator.PlaceAct) (operator.PlaceInfo, error) {
			return s.operators.ActOnPlace(ctx, id, act, asked)
		})
	}
}

// sendPlace sends a link as a short message.
func (s *Server) sendPlace(w http.ResponseWriter, r *http.Request) {
	answerPlace(s, w, r, "sms", s.operators.SendPlace)
}

// answerPlace reads what is asked for, and answers with a place. A body that cannot be read is refused without repeating it: a telephone number
// may be in it.
func answerPlace[A any](s *Server, w http.ResponseWriter, r *http.Request, act string, do func(context.Context, string, A) (operator.PlaceInfo, error)) {
	var asked A
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, s.operators.RefusePlace(r.Context(), r.PathValue("id"), act, err))
		return
	}
	info, err := do(r.Context(), r.PathValue("id"), asked)
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, info.ID)
	s.write(w, http.StatusOK, jsonType, &info)
}

// placeHistory tells what the journals have about a place.
func (s *Server) placeHistory(w http.ResponseWriter, r *http.Request) {
	var asked operator.PlaceAct
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, s.operators.RefusePlace(r.Context(), r.PathValue("id"), operator.PlaceHistory, err))
		return
	}
	told, err := s.operators.PlaceHistory(r.Context(), r.PathValue("id"), asked)
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, told.ID)
	s.write(w, http.StatusOK, jsonType, told)
}
