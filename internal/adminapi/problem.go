package adminapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/staff"
	"github.com/einlass/einlass/pkg/queue"
)

// ProblemType is the media type of errors (RFC 9457).
const ProblemType = "application/problem+json"

// Problem is an error as it is sent (RFC 9457 §3), with extension members.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Code is the kind of error for programs; it never changes.
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
	// Errors are all wrong members of a patch.
	Errors []operator.FieldError `json:"errors,omitempty"`
	// Confirm, of an act that has to be confirmed, is what to send with it as "confirm". Effect says for people what it does, EffectKind and
	// Count for programs.
	Confirm    string              `json:"confirm,omitempty"`
	Effect     string              `json:"effect,omitempty"`
	EffectKind operator.EffectKind `json:"effect_kind,omitempty"`
	Count      *int64              `json:"count,omitempty"`
	// Rooms are the ids that exist, when the one asked for does not.
	Rooms []string `json:"rooms,omitempty"`
}

// Codes of problems.
const (
	CodeMalformed    = "malformed"
	CodeUnauthorized = "unauthorized"
	CodeForbidden    = "forbidden_origin"
	CodeNotAllowed   = "not_allowed"
	CodeMisdirected  = "unknown_host"
	CodeNotFound     = "not_found"
	CodeUnknownRoom  = "unknown_room"
	CodeMethod       = "method_not_allowed"
	CodeConflict     = "conflict"
	CodeNotNow       = "not_now"
	CodeVersion      = "version_conflict"
	CodeConfirm      = "confirm"
	CodeTooLarge     = "too_large"
	CodeMediaType    = "unsupported_media_type"
	CodeInvalid      = "invalid"
	CodeUnavailable  = "store_unavailable"
	CodeStopping     = "stopping"
	CodeNotReady     = "not_ready"
	CodeUnknown      = "unknown"
	CodeFormat       = "newer_format"
	CodeCrowd        = "too_many_wrong_tokens"
	CodeNotSent      = "not_sent"
	CodeWrongLogIn   = "wrong_login"
	CodeListeners    = "too_many_listeners"
	CodeNoRecord     = "no_record"
	CodeNoKey        = "no_key"
	CodeNoVersion    = "version_required"
	CodeFixed        = "fixed"
	CodeNotKept      = "not_kept"
	CodeNotInForce   = "not_in_force"
	CodeNoJournal    = "no_journal"
	CodeInternal     = "internal"
)

// kind is one row of the table from errors to answers.
type kind struct {
	err    error
	status int
	code   string
	title  string
}

var (
	errUnauthorized = errors.New("the token is missing or wrong")
	errForbidden    = errors.New("requests from other origins are refused")
	errMisdirected  = errors.New("the request is addressed to a host that is not ours")
	errNotFound     = errors.New("there is nothing at this path")
	errMethod       = errors.New("the method is not accepted here")
	errMediaType    = errors.New("want Content-Type application/merge-patch+json or application/json")
	errIfMatch      = errors.New(`If-Match must be "N" with the number of a version, or *`)
	errIfTag        = errors.New(`If-Match must be "VERSION" with the version of an answer, or *`)
	errNoVersion    = errors.New("If-Match has no meaning for this act")
	errNotReady     = errors.New("not ready for visitors")
)

// kinds is the one table from errors to answers; the first row that matches counts.
var kinds = []kind{
	{errNotReady, http.StatusServiceUnavailable, CodeNotReady, "Not ready"},
	{errMalformed, http.StatusBadRequest, CodeMalformed, "Malformed request"},
	{errIfMatch, http.StatusBadRequest, CodeMalformed, "Malformed request"},
	{errIfTag, http.StatusBadRequest, CodeMalformed, "Malformed request"},
	{errNoVersion, http.StatusBadRequest, CodeMalformed, "Malformed request"},
	{errUnauthorized, http.StatusUnauthorized, CodeUnauthorized, "Not authorised"},
	{staff.ErrWrong, http.StatusUnauthorized, CodeWrongLogIn, "Not logged in"},
	{staff.ErrBusy, http.StatusTooManyRequests, CodeCrowd, "Too many log-ins"},
	{errCrowd, http.StatusTooManyRequests, CodeCrowd, "Too many wrong tokens or log-ins"},
	{errListeners, http.StatusServiceUnavailable, CodeListeners, "Too many listeners"},
	{operator.ErrNoHistory, http.StatusNotFound, CodeUnknown, "No history"},
	{operator.ErrNotAllowed, http.StatusForbidden, CodeNotAllowed, "Not allowed"},
	{errForbidden, http.StatusForbidden, CodeForbidden, "Foreign origin"},
	{errMisdirected, http.StatusMisdirectedRequest, CodeMisdirected, "Unknown host"},
	{operator.ErrNoPage, http.StatusNotFound, CodeNotFound, "Not found"},
	{errNotFound, http.StatusNotFound, CodeNotFound, "Not found"},
	{operator.ErrNoKey, http.StatusConflict, CodeNoKey, "No key"},
	{operator.ErrNoJournal, http.StatusNotFound, CodeNoJournal, "No journal"},
	{operator.ErrNoRecord, http.StatusNotFound, CodeNoRecord, "No record"},
	{operator.ErrUnknownRoom, http.StatusNotFound, CodeUnknownRoom, "Unknown room"},
	{errMethod, http.StatusMethodNotAllowed, CodeMethod, "Method not allowed"},
	{operator.ErrVersion, http.StatusPreconditionFailed, CodeVersion, "Changed by somebody else"},
	{operator.ErrNoVersion, http.StatusPreconditionRequired, CodeNoVersion, "It must say which version it was decided on"},
	{operator.ErrKeysElsewhere, http.StatusConflict, CodeFixed, "Not here"},
	{operator.ErrNoConfig, http.StatusConflict, CodeFixed, "Not here"},
	{operator.ErrKeysNotKept, http.StatusServiceUnavailable, CodeNotKept, "Nothing can be written"},
	{operator.ErrNotInForce, http.StatusServiceUnavailable, CodeNotInForce, "Not in force"},
	{operator.ErrConfirm, http.StatusPreconditionRequired, CodeConfirm, "It has to be confirmed"},
	{queue.ErrConflict, http.StatusConflict, CodeConflict, "Changed by somebody else"},
	{operator.ErrNotNow, http.StatusConflict, CodeNotNow, "Not now"},
	{operator.ErrPlaceNotNow, http.StatusConflict, CodeNotNow, "Not now"},
	{operator.ErrNotSent, http.StatusBadGateway, CodeNotSent, "Not sent"},
	{operator.ErrNotKept, http.StatusServiceUnavailable, CodeUnavailable, "Nothing can be written"},
	{errMediaType, http.StatusUnsupportedMediaType, CodeMediaType, "Unsupported media type"},
	{queue.ErrInvalid, http.StatusUnprocessableEntity, CodeInvalid, "Invalid values"},
	{queue.ErrUnknown, http.StatusNotFound, CodeUnknown, "Unknown place or opening"},
	{queue.ErrFormat, http.StatusServiceUnavailable, CodeFormat, "The room needs a newer release"},
	{queue.ErrLost, http.StatusServiceUnavailable, CodeUnavailable, "The store is unavailable"},
	{queue.ErrUnavailable, http.StatusServiceUnavailable, CodeUnavailable, "The store is unavailable"},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, CodeUnavailable, "The store is unavailable"},
	{queue.ErrClosed, http.StatusServiceUnavailable, CodeStopping, "The gateway is stopping"},
}

// CodeOf is the code of an error, as problems and records name its kind.
func CodeOf(err error) string { return problemOf(err).Code }

// problemOf makes a problem from an error and its row. Of an error without a row it shows no details.
func problemOf(err error) Problem {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return Problem{Title: "Too large", Status: http.StatusRequestEntityTooLarge, Code: CodeTooLarge, Detail: err.Error()}
	}
	for _, k := range kinds {
		if !errors.Is(err, k.err) {
			continue
		}
		p := Problem{Title: k.title, Status: k.status, Code: k.code, Detail: err.Error()}
		var invalid *operator.InvalidError
		if errors.As(err, &invalid) {
			p.Errors = invalid.Fields
		}
		var asks *operator.ConfirmError
		if errors.As(err, &asks) {
			p.Confirm, p.Effect, p.EffectKind, p.Count = asks.Code, asks.Effect, asks.Kind, &asks.Count
		}
		var unknown *operator.UnknownRoomError
		if errors.As(err, &unknown) {
			p.Rooms = unknown.Rooms
		}
		return p
	}
	return Problem{Title: "Internal error", Status: http.StatusInternalServerError, Code: CodeInternal}
}

// fail answers with an error.
func (s *Server) fail(w http.ResponseWriter, err error) {
	p := problemOf(err)
	p.Type = "about:blank"
	switch p.Code {
	case CodeUnauthorized, CodeWrongLogIn:
		w.Header().Set("WWW-Authenticate", `Bearer realm="einlass"`)
	case CodeUnavailable, CodeStopping, CodeCrowd, CodeListeners:
		w.Header().Set("Retry-After", "1")
	case CodeMediaType:
		w.Header().Set("Accept-Patch", patchType)
	case CodeInternal:
		if !errors.Is(err, context.Canceled) { // whoever asked has gone
			s.cfg.Log.Error("admin request failed", zap.Error(err))
		}
	}
	s.write(w, p.Status, ProblemType, p)
}

// write answers with JSON.
func (s *Server) write(w http.ResponseWriter, status int, contentType string, body any) {
	text, err := json.Marshal(body)
	if err != nil { // only if somebody adds a type that JSON does not have
		s.cfg.Log.Error("admin answer cannot be encoded", zap.Error(err))
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	if _, err := w.Write(append(text, '\n')); err != nil {
		s.cfg.Log.Debug("admin answer was not taken", zap.String("error", unaddressed(err.Error())))
	}
}
