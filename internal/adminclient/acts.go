package adminclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
)

// SetMode has a room do what a word stands for, and gives it as it is then.
func (c *Client) SetMode(ctx context.Context, id string, act operator.ModeAct) (info operator.ModeInfo, err error) {
	body, err := json.Marshal(act)
	if err == nil {
		info, err = c.setMode(ctx, id, body, act.Version())
	}
	if err == nil && !act.Mode.InForce(&info.RoomInfo) {
		err = notAPI("asked for %s, it answers with the mode %s and the door %s", act.Mode, info.Mode, info.Door)
	}
	if err != nil {
		return info, fmt.Errorf("set mode: %w", err)
	}
	return info, nil
}

func (c *Client) setMode(ctx context.Context, id string, body []byte, version int64) (info operator.ModeInfo, err error) {
	a, err := c.do(ctx, http.MethodPost, "/v1/rooms/"+url.PathEscape(id)+"/mode", body, version)
	if err != nil {
		return info, err
	}
	if of := a.header.Get(adminapi.RoomField); of != id {
		return info, notAPI("asked for room %q, it answers with %q", id, of)
	}
	if info.RoomInfo, err = a.room(id); err == nil {
		err = whole(a.text, &info)
	}
	return info, err
}

// EndStays ends one stay, or all.
func (c *Client) EndStays(ctx context.Context, id string, asked operator.StaysEnd) (ended operator.StaysEnded, err error) {
	err = c.ask(ctx, http.MethodPost, "/v1/rooms/"+url.PathEscape(id)+"/stays/end", id, "stays", asked, &ended)
	if err == nil && ended.ID != id {
		err = notAPI("asked about room %q, it answers about %q", id, ended.ID)
	}
	if err != nil {
		return ended, fmt.Errorf("end stays: %w", err)
	}
	return ended, nil
}
