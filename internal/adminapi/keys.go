package adminapi

import (
	"net/http"
	"strings"

	"github.com/einlass/einlass/internal/operator"
)

func (s *Server) showKeys(w http.ResponseWriter, r *http.Request) {
	info, err := s.operators.Keys(r.Context())
	s.answerKeys(w, info, err)
}

// rotateKeys makes new keys. It has to say on which ring that was decided.
func (s *Server) rotateKeys(w http.ResponseWriter, r *http.Request) {
	var asked operator.KeysRotation
	err := readBody(w, r, maxAct, &asked)
	if err == nil {
		asked.IfVersion, err = ifTag(r.Header.Values("If-Match"))
	}
	if err != nil {
		s.fail(w, s.operators.RefuseKeys(r.Context(), err))
		return
	}
	info, err := s.operators.RotateKeys(r.Context(), asked)
	s.answerKeys(w, info, err)
}

func (s *Server) answerKeys(w http.ResponseWriter, info operator.KeysInfo, err error) {
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("ETag", TextTag(info.Version))
	s.write(w, http.StatusOK, jsonType, info)
}

// TextTag is the entity tag of a version that is a text of letters and digits.
func TextTag(version string) string { return `"` + version + `"` }

// ifTag reads a precondition (RFC 9110 §13.1.1) whose version is a text; empty: there is none.
func ifTag(values []string) (string, error) {
	if len(values) == 0 {
		return "", nil
	}
	text := strings.TrimSpace(values[0])
	if len(values) > 1 {
		return "", errIfTag
	}
	if text == "*" {
		return text, nil
	}
	version := strings.Trim(text, `"`)
	if version == "" || text != TextTag(version) {
		return "", errIfTag
	}
	return version, nil
}
