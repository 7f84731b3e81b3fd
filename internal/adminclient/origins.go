package adminclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/einlass/einlass/internal/operator"
)

// Origins gives the controls of a room, as its configuration has them and as they are in force.
func (c *Client) Origins(ctx context.Context, id string) (info operator.OriginsInfo, err error) {
	err = c.ask(ctx, http.MethodGet, "/v1/rooms/"+url.PathEscape(id)+"/origins", id, "origins", nil, &info)
	if err == nil && info.ID != id {
		err = notAPI("asked about room %q, it answers about %q", id, info.ID)
	}
	if err != nil {
		return info, fmt.Errorf("show origins: %w", err)
	}
	return info, nil
}
