package adminclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/einlass/einlass/internal/operator"
)

// History gives what a room did in a span before now, in so many points.
func (c *Client) History(ctx context.Context, id string, asked operator.HistoryAsked) (info operator.HistoryInfo, err error) {
	query := url.Values{}
	if asked.Span != 0 {
		query.Set("span", asked.Span.String())
	}
	if asked.Points != 0 {
		query.Set("points", strconv.Itoa(asked.Points))
	}
	path := "/v1/rooms/" + url.PathEscape(id) + "/history"
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	if err = c.ask(ctx, http.MethodGet, path, id, "history", nil, &info); err == nil {
		err = wholeHistory(id, &info)
	}
	if err != nil {
		return info, fmt.Errorf("show history: %w", err)
	}
	return info, nil
}

// wholeHistory holds a history to its form: each figure has a value a point.
func wholeHistory(id string, info *operator.HistoryInfo) error {
	points := len(info.Columns["t"])
	switch {
	case info.ID != id:
		return notAPI("asked about room %q, it answers about %q", id, info.ID)
	case points == 0 || info.Step < 1:
		return notAPI("its history has %d points of %d s", points, info.Step)
	}
	for name, values := range info.Columns {
		if len(values) != points {
			return notAPI("its history has %d points and %d values of %q", points, len(values), name)
		}
	}
	return nil
}
