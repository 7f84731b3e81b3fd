package adminclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/einlass/einlass/internal/operator"
)

func drawsOf(id string) string { return "/v1/rooms/" + url.PathEscape(id) + "/draws" }

// Draws gives the records of a room's draws.
func (c *Client) Draws(ctx context.Context, id string) (info operator.DrawsInfo, err error) {
	err = c.ask(ctx, http.MethodGet, drawsOf(id), id, "draws", nil, &info)
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
	err = c.ask(ctx, http.MethodPost, drawsOf(id)+"/line", id, "what was typed in", typed, &done)
	if err == nil && (done.ID != id || done.Opening != typed.Opening) {
		err = notAPI("asked about %q of room %q, it answers about %q of %q", typed.Opening, id, done.Opening, done.ID)
	}
	if err != nil {
		return done, fmt.Errorf("type: %w", err)
	}
	return done, nil
}
