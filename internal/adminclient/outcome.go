package adminclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/einlass/einlass/internal/operator"
)

// Tell says what was booked, given back or is booked in all.
func (c *Client) Tell(ctx context.Context, id string, told operator.Told) (h operator.Heard, err error) {
	err = c.ask(ctx, http.MethodPost, "/v1/rooms/"+url.PathEscape(id)+"/outcomes", id, "what was told", told, &h)
	if err == nil && h.ID != id {
		err = notAPI("asked about room %q, it answers about %q", id, h.ID)
	}
	if err != nil {
		return h, fmt.Errorf("tell: %w", err)
	}
	return h, nil
}
