package adminapi

import (
	"net/http"

	"github.com/einlass/einlass/internal/operator"
)

func (s *Server) showLog(w http.ResponseWriter, r *http.Request) {
	info, err := s.operators.LogLevel(r.Context())
	s.answerLog(w, info, err)
}

func (s *Server) changeLog(w http.ResponseWriter, r *http.Request) {
	var c operator.LogChange
	if err := readAct(w, r, &c); err != nil {
		s.fail(w, s.operators.RefuseLogLevel(r.Context(), err))
		return
	}
	info, err := s.operators.ChangeLogLevel(r.Context(), c)
	s.answerLog(w, info, err)
}

func (s *Server) answerLog(w http.ResponseWriter, info operator.LogInfo, err error) {
	if err != nil {
		s.fail(w, err)
		return
	}
	s.write(w, http.StatusOK, jsonType, info)
}
