package adminclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/einlass/einlass/internal/operator"
)

// Tell says what was booked, given back or is booked in all.
func (c *Client) Tell(ctx context.Context, id string, told operator.Told) (h operator.Heard, err error) {
	body, err := json.Marshal(told)
	var a *answer
	if err == nil {
		a, err = c.do(ctx, http.MethodPost, "/v1/rooms/"+url.PathEscape(id)+"/outcomes", body, 0)
	}
	if err == nil {
		err = a.about(id, "what was told", &h)
	}
	if err == nil && h.ID != id {
		err = notAPI("asked about room %q, it answers about %q", id, h.ID)
	}
	if err != nil {
		return h, fmt.Errorf("tell: %w", err)
	}
	return h, nil
}
