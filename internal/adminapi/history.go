package adminapi

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/einlass/einlass/internal/operator"
)

func (s *Server) showHistory(w http.ResponseWriter, r *http.Request) {
	asked, err := readHistoryAsked(r.URL.Query())
	if err != nil {
		s.fail(w, err)
		return
	}
	info, err := s.operators.History(r.Context(), r.PathValue("id"), asked)
	if err != nil {
		s.fail(w, err)
		return
	}
	about(w, info.ID)
	s.write(w, http.StatusOK, jsonType, info)
}

// readHistoryAsked reads ?span=2h&points=240. What is left out is 0.
func readHistoryAsked(query url.Values) (asked operator.HistoryAsked, err error) {
	bad := &operator.InvalidError{}
	wrong := func(name, format string, args ...any) {
		bad.Fields = append(bad.Fields, operator.FieldError{Field: name, Detail: fmt.Sprintf(format, args...)})
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		text := query[name][0]
		switch name {
		case "span":
			if asked.Span, err = time.ParseDuration(text); err != nil || asked.Span == 0 {
				wrong(name, "is %q: want a duration, as 15m, 2h or 24h", text)
			}
		case "points":
			if asked.Points, err = strconv.Atoi(text); err != nil || asked.Points == 0 {
				wrong(name, "is %q: want a number above 0", text)
			}
		default:
			wrong(name, "there is no such parameter: want span or points")
		}
		if len(query[name]) > 1 {
			wrong(name, "is there twice")
		}
	}
	if len(bad.Fields) > 0 {
		return asked, bad
	}
	return asked, nil
}
