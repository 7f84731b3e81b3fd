package adminapi

import "net/http"

func (s *Server) showPlan(w http.ResponseWriter, r *http.Request) {
	info, err := s.operators.Plan(r.Context(), r.PathValue("id"))
	s.answerPlan(w, info.ID, info.Version, info, err)
}

func (s *Server) previewPlan(w http.ResponseWriter, r *http.Request) {
	change, err := readChange(w, r)
	if err != nil {
		if _, unknown := s.operators.Get(r.Context(), r.PathValue("id")); unknown != nil {
			err = unknown // the greater mistake
		}
		s.fail(w, err)
		return
	}
	preview, err := s.operators.PreviewPlan(r.Context(), r.PathValue("id"), change)
	s.answerPlan(w, preview.Plan.ID, preview.Plan.Version, preview, err)
}

func (s *Server) answerPlan(w http.ResponseWriter, room string, version int64, body any, err error) {
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("ETag", Tag(version))
	about(w, room)
	s.write(w, http.StatusOK, jsonType, body)
}
