package adminapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/operator"
)

// listAudit answers entries of the record, the latest first.
func (s *Server) listAudit(w http.ResponseWriter, r *http.Request) {
	q, bad := auditQuery(r.URL.Query())
	if len(bad) > 0 {
		s.fail(w, &operator.InvalidError{Fields: bad})
		return
	}
	page, err := s.operators.Audit(r.Context(), q)
	if err != nil {
		s.fail(w, err)
		return
	}
	s.write(w, http.StatusOK, jsonType, page)
}

// auditQuery reads the parameters room, since (RFC 3339), before (the number of an entry) and limit.
func auditQuery(values map[string][]string) (q audit.Query, bad []operator.FieldError) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all := values[name]
		text := all[len(all)-1]
		detail := ""
		switch name {
		case "room":
			q.Room = text
		case "since":
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				detail = fmt.Sprintf("%q: want a time, as 2026-12-01T08:00:00Z", text)
			}
			q.Since = at
		case "before":
			n, err := strconv.ParseUint(text, 10, 64)
			if err != nil || n == 0 {
				detail = fmt.Sprintf("%q: want the number of an entry", text)
			}
			q.Before = n
		case "limit":
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 || n > audit.MaxLimit {
				detail = fmt.Sprintf("%q: want 1 to %d", text, audit.MaxLimit)
			}
			q.Limit = n
		default:
			detail = "is not known: want room, since, before or limit"
		}
		if detail != "" {
			bad = append(bad, operator.FieldError{Field: name, Detail: detail})
		}
	}
	return q, bad
}
