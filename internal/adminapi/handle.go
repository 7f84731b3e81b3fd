package adminapi

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/operator"
)

const (
	jsonType  = "application/json"
	patchType = "application/merge-patch+json" // RFC 7396 §4
)

// RoomList is the answer to GET /v1/rooms.
type RoomList struct {
	Rooms []operator.RoomInfo `json:"rooms"`
}

func (s *Server) listRooms(w http.ResponseWriter, r *http.Request) {
	rooms, err := s.operators.List(r.Context())
	if err != nil {
		s.fail(w, err)
		return
	}
	s.write(w, http.StatusOK, jsonType, RoomList{Rooms: rooms})
}

func (s *Server) showRoom(w http.ResponseWriter, r *http.Request) {
	info, err := s.operators.Get(r.Context(), r.PathValue("id"))
	s.answerRoom(w, info, err)
}

func (s *Server) changeRoom(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	change, err := readChange(w, r)
	if err != nil {
		s.fail(w, s.operators.Refuse(r.Context(), id, change, err))
		return
	}
	info, err := s.operators.Change(r.Context(), id, change)
	s.answerRoom(w, info, err)
}

func (s *Server) answerRoom(w http.ResponseWriter, info operator.RoomInfo, err error) {
	s.answerChange(w, info, info, err)
}

// answerChange answers with what is told of a room, under the version of its controls.
func (s *Server) answerChange(w http.ResponseWriter, room operator.RoomInfo, told any, err error) {
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("ETag", Tag(room.Version))
	about(w, room.ID)
	s.write(w, http.StatusOK, jsonType, told)
}

// readChange reads a PATCH.
func readChange(w http.ResponseWriter, r *http.Request) (operator.Change, error) {
	if !acceptsJSON(r) {
		return operator.Change{}, errMediaType
	}
	version, err := ifMatch(r.Header.Values("If-Match"))
	if err != nil {
		return operator.Change{}, err
	}
	change, err := parseChange(http.MaxBytesReader(w, r.Body, maxBody))
	change.IfVersion = version
	return change, err
}

// acceptsJSON reports whether a body says that it is JSON.
func acceptsJSON(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == jsonType || kind == patchType
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { s.plain(w, "ok\n") }

func (s *Server) startupz(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Started != nil {
		if err := s.cfg.Started(r.Context()); err != nil {
			s.fail(w, fmt.Errorf("%w: %w", errNotReady, err))
			return
		}
	}
	s.plain(w, "started\n")
}

func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Ready != nil {
		if err := s.cfg.Ready(r.Context()); err != nil {
			s.fail(w, fmt.Errorf("%w: %w", errNotReady, err))
			return
		}
	}
	text := "ready\n"
	if r.URL.Query().Has("verbose") {
		text += s.backends()
	}
	s.plain(w, text)
}

// backends says how each address behind each room does, a line each. A site that is away is no reason to send visitors elsewhere, so
// it does not make the gateway unready.
func (s *Server) backends() string {
	var b strings.Builder
	for _, site := range s.operators.Sites() {
		for _, at := range site.Backends {
			fmt.Fprintf(&b, "room %s: backend %s: %s", site.Room, at.Address, at.State)
			if at.Requests > 0 {
				fmt.Fprintf(&b, ", %d of %d requests failed in the last minute, half of the answers within %gs, nearly all within %gs",
					at.Failed, at.Requests, at.Median, at.Slow)
			}
			if at.Detail != "" {
				b.WriteString(": " + at.Detail)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func (s *Server) plain(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := w.Write([]byte(text)); err != nil {
		s.cfg.Log.Debug("admin answer was not taken", zap.String("error", unaddressed(err.Error())))
	}
}

// ifMatch reads the precondition (RFC 9110 §13.1.1); 0 means none. A list of versions would have no use here.
func ifMatch(values []string) (int64, error) {
	if len(values) == 0 || len(values) == 1 && strings.TrimSpace(values[0]) == "*" {
		return 0, nil
	}
	if len(values) > 1 {
		return 0, errIfMatch
	}
	text := strings.TrimSpace(values[0])
	n, err := strconv.ParseInt(strings.Trim(text, `"`), 10, 64)
	if err != nil || n < 1 || text != Tag(n) {
		return 0, errIfMatch
	}
	return n, nil
}
