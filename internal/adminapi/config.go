package adminapi

import (
	"net/http"

	"github.com/einlass/einlass/internal/operator"
)

// maxConfig bounds the body of a configuration: a file of 1 MiB, as JSON has it.
const maxConfig = 2 << 20

func (s *Server) showConfig(w http.ResponseWriter, r *http.Request) {
	info, err := s.operators.Config(r.Context())
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("ETag", TextTag(info.Version))
	s.write(w, http.StatusOK, jsonType, info)
}

// checkConfig looks at a configuration and changes nothing.
func (s *Server) checkConfig(w http.ResponseWriter, r *http.Request) {
	var asked operator.ConfigAsked
	if err := readBody(w, r, maxConfig, &asked); err != nil {
		s.fail(w, err)
		return
	}
	review, err := s.operators.CheckConfig(r.Context(), asked)
	s.answerReview(w, review, err)
}

// reloadConfig reads the configuration file again, or says what that would change.
func (s *Server) reloadConfig(w http.ResponseWriter, r *http.Request) {
	var asked operator.ReloadAsked
	if err := readAct(w, r, &asked); err != nil {
		s.fail(w, s.operators.RefuseReload(r.Context(), err))
		return
	}
	review, err := s.operators.ReloadConfig(r.Context(), asked)
	s.answerReview(w, review, err)
}

func (s *Server) answerReview(w http.ResponseWriter, review operator.ConfigReview, err error) {
	if err != nil {
		s.fail(w, err)
		return
	}
	s.write(w, http.StatusOK, jsonType, review)
}

// listPeople shows who may operate the gateway.
func (s *Server) listPeople(w http.ResponseWriter, r *http.Request) {
	people, err := s.operators.People(r.Context())
	if err != nil {
		s.fail(w, err)
		return
	}
	s.write(w, http.StatusOK, jsonType, people)
}
