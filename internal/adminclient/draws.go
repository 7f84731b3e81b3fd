package adminclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/einlass/einlass/internal/operator"
)

func drawsOf(id string) string { return "/v1/rooms/" + url.PathEscape(id) + "/draws" }

// Draws gives the records of a room's draws.
func (c *Client) Draws(ctx context.Context, id string) (info operator.DrawsInfo, err error) {
	a, err := c.do(ctx, http.MethodGet, drawsOf(id), nil, 0)
	if err == nil {
		err = a.about(id, "draws", &info)
	}
	if err == nil && info.ID != id {
		err = notAPI("asked about room %q, it answers about %q", id, info.ID)
	}
	if err != nil {
		return info, fmt.Errorf("show draws: %w", err)
	}
	return info, nil
}

// Type types a line in for the draw of an opening.
func (c *Client) Type(ctx context.Context, id string, typed operator.Typed) (done operator.DrawTyped, err error) {
	body, err := json.Marshal(typed)
	var a *answer
	if err == nil {
		a, err = c.do(ctx, http.MethodPost, drawsOf(id)+"/line", body, 0)
	}
	if err == nil {
		err = a.about(id, "what was typed in", &done)
	}
	if err == nil && (done.ID != id || done.Opening != typed.Opening) {
		err = notAPI("asked about %q of room %q, it answers about %q of %q", typed.Opening, id, done.Opening, done.ID)
	}
	if err != nil {
		return done, fmt.Errorf("type: %w", err)
	}
	return done, nil
}
