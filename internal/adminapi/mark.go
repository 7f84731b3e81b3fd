package adminapi

import (
	"net/http"
	"strconv"
)

// MarkField is the header field by which a client knows an answer of this API from that of any other server. It is in
// every answer of the listener, errors included.
const MarkField = "Einlass-Api"

// Mark is its value: the version of the API. It changes when a client of before would misunderstand an answer.
const Mark = "1"

// RoomField names, in the answer to an act or about a room, which room it is about.
const RoomField = "Einlass-Room"

// Tag is the entity tag of a version of the controls.
func Tag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// about marks an answer with its room. Ids are plain ASCII (internal/config).
func about(w http.ResponseWriter, room string) { w.Header().Set(RoomField, room) }
