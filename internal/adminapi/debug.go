package adminapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/einlass/einlass/internal/operator"
)

// maxAct bounds the body of an act: a plan of 256 steps.
const maxAct = 256 << 10

// conditional is an act that If-Match may make depend on a version.
type conditional interface{ On(version int64) }

// actOf answers a POST with an act that its body describes.
func actOf[A any, P interface {
	*A
	operator.DebugAct
}](s *Server) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		act := P(new(A))
		if err := readAct(w, r, act); err != nil {
			s.fail(w, s.operators.RefuseDebug(r.Context(), r.PathValue("id"), act.Name(), err))
			return
		}
		s.answerAct(w, r, act)
	}
}

// readAct reads an act and its condition.
func readAct(w http.ResponseWriter, r *http.Request, act any) error {
	if !acceptsJSON(r) {
		return errMediaType
	}
	version, err := ifMatch(r.Header.Values("If-Match"))
	if err != nil {
		return err
	}
	if c, ok := act.(conditional); ok {
		c.On(version)
	} else if version != 0 {
		return errNoVersion
	}
	return readBody(w, r, maxAct, act)
}

// readBody reads a body of at most so many bytes into act.
func readBody(w http.ResponseWriter, r *http.Request, most int64, act any) error {
	if !acceptsJSON(r) {
		return errMediaType
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, most))
	dec.DisallowUnknownFields()
	if err := dec.Decode(act); err != nil {
		return unread(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return malformed(err)
	}
	return nil
}

// unread tells a body that is no JSON, or is too large, from one that says something else than the act.
func unread(err error) error {
	var syntax *json.SyntaxError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge), errors.Is(err, errMalformed):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax):
		return malformed(err)
	}
	return &operator.InvalidError{Fields: []operator.FieldError{{Detail: err.Error()}}}
}

func (s *Server) answerAct(w http.ResponseWriter, r *http.Request, act operator.DebugAct) {
	answer, err := s.operators.Debug(r.Context(), r.PathValue("id"), act)
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, r.PathValue("id")) // it was found, so it is the id of a room
	s.write(w, http.StatusOK, jsonType, answer)
}

func (s *Server) debugSnapshot(w http.ResponseWriter, r *http.Request) {
	s.answerAct(w, r, operator.DebugSnapshot{})
}

// debugFind finds by the parameters number and epoch.
func (s *Server) debugFind(w http.ResponseWriter, r *http.Request) {
	act := &operator.DebugFind{}
	for name, to := range map[string]*uint64{"number": &act.Number, "epoch": &act.Epoch} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue // without a number the act is refused
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			err = &operator.InvalidError{Fields: []operator.FieldError{{Field: name, Detail: fmt.Sprintf("%q: want a whole number", text)}}}
			s.fail(w, s.operators.RefuseDebug(r.Context(), r.PathValue("id"), act.Name(), err))
			return
		}
		*to = n
	}
	s.answerAct(w, r, act)
}
