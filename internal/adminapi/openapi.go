package adminapi

import (
	_ "embed"
	"encoding/json"
	"net/http"

	"go.uber.org/zap"
	"go.yaml.in/yaml/v3"
)

// openAPI describes every route (OpenAPI 3.1). It is written by hand, and the tests of this package hold routes, requests and answers to it.
//
//go:embed openapi.yaml
var openAPI []byte

// openAPIType is the media type of OpenAPI as YAML (RFC 9512).
const openAPIType = "application/yaml"

func (s *Server) showOpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", openAPIType)
	if _, err := w.Write(openAPI); err != nil {
		s.cfg.Log.Debug("admin answer was not taken", zap.Error(err))
	}
}

func (s *Server) showOpenAPIAsJSON(w http.ResponseWriter, _ *http.Request) {
	var document any
	if err := yaml.Unmarshal(openAPI, &document); err != nil {
		s.fail(w, err) // a test reads it
		return
	}
	text, err := json.Marshal(document)
	if err != nil {
		s.fail(w, err)
		return
	}
	s.write(w, http.StatusOK, jsonType, json.RawMessage(text))
}
