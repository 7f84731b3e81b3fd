package adminapi

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"go.uber.org/zap"
)

const (
	jsonType  = "application/json"
	patchType = "application/merge-patch+json" // RFC 7396 §4
)

// RoomList is the answer to GET /v1/rooms.
type RoomList struct {
	Rooms []RoomInfo `json:"rooms"`
}

func (s *Server) listRooms(w http.ResponseWriter, _ *http.Request) {
	list := RoomList{Rooms: s.rooms.List()}
	for i := range list.Rooms {
		tidy(&list.Rooms[i])
	}
	if list.Rooms == nil {
		list.Rooms = []RoomInfo{}
	}
	s.write(w, http.StatusOK, jsonType, list)
}

func (s *Server) oneRoom(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	info, ok := s.rooms.Get(id)
	if !ok {
		s.fail(w, fmt.Errorf("%q: %w", id, ErrUnknownRoom))
		return
	}
	if r.Method == http.MethodPatch {
		change, err := readChange(w, r)
		if err == nil {
			info, err = s.rooms.Update(r.Context(), id, change)
		}
		if err != nil {
			s.fail(w, err)
			return
		}
		s.cfg.Log.Info("room controls changed", zap.String("room", id), zap.Int64("version", info.Version),
			zap.Int64("rate", info.Rate), zap.Int64("max_inside", info.MaxInside), zap.Int64("burst", info.Burst),
			zap.String("mode", string(info.Mode)), zap.Int("message_bytes", len(info.Message)))
	}
	tidy(&info)
	w.Header().Set("ETag", etag(info.Version))
	s.write(w, http.StatusOK, jsonType, info)
}

// tidy makes empty lists empty lists in JSON.
func tidy(r *RoomInfo) {
	if r.Backends == nil {
		r.Backends = []Backend{}
	}
}

// readChange reads a PATCH.
func readChange(w http.ResponseWriter, r *http.Request) (Change, error) {
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case jsonType, patchType:
	default:
		return Change{}, errMediaType
	}
	version, err := ifMatch(r.Header.Values("If-Match"))
	if err != nil {
		return Change{}, err
	}
	change, err := parseChange(http.MaxBytesReader(w, r.Body, maxBody))
	change.IfVersion = version
	return change, err
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

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
	if err != nil || n < 1 || text != etag(n) {
		return 0, errIfMatch
	}
	return n, nil
}
