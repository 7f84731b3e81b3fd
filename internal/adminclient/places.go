package adminclient

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/einlass/einlass/internal/operator"
)

func placesOf(id string) string { return "/v1/rooms/" + url.PathEscape(id) + "/places" }

// Places gives those that the desk of a room keeps at this gateway.
func (c *Client) Places(ctx context.Context, id string) (list operator.PlaceList, err error) {
	err = c.ask(ctx, http.MethodGet, placesOf(id), id, "places", nil, &list)
	if err == nil && list.ID != id {
		err = notAPI("asked about room %q, it answers about %q", id, list.ID)
	}
	if err != nil {
		return list, fmt.Errorf("list places: %w", err)
	}
	return list, nil
}

// TakePlace takes a place for somebody without a browser.
func (c *Client) TakePlace(ctx context.Context, id string, asked operator.NewPlace) (operator.PlaceInfo, error) {
	info, err := c.place(ctx, id, "", asked)
	if err != nil {
		return info, fmt.Errorf("take place: %w", err)
	}
	return info, nil
}

// ActOnPlace does operator.PlaceFind, PlaceLink, PlaceFront or PlaceRemove with a place.
func (c *Client) ActOnPlace(ctx context.Context, id, act string, asked operator.PlaceAct) (operator.PlaceInfo, error) {
	info, err := c.place(ctx, id, "/"+act, asked)
	if err != nil {
		return info, fmt.Errorf("%s place: %w", act, err)
	}
	return info, nil
}

// SendPlace sends a link to a place as a short message.
func (c *Client) SendPlace(ctx context.Context, id string, asked operator.PlaceSend) (operator.PlaceInfo, error) {
	info, err := c.place(ctx, id, "/sms", asked)
	if err != nil {
		return info, fmt.Errorf("send place: %w", err)
	}
	return info, nil
}

func (c *Client) place(ctx context.Context, id, act string, asked any) (info operator.PlaceInfo, err error) {
	err = c.ask(ctx, http.MethodPost, placesOf(id)+act, id, "a place", asked, &info)
	if err == nil && (info.ID != id || info.Number == 0 || info.Code == "") {
		err = notAPI("asked about room %q, it answers about %q with the number %d", id, info.ID, info.Number)
	}
	return info, err
}

// PlaceHistory tells what the journals of the gateway have about a place.
func (c *Client) PlaceHistory(ctx context.Context, id string, asked operator.PlaceAct) (told operator.PlaceTold, err error) {
	err = c.ask(ctx, http.MethodPost, placesOf(id)+"/"+operator.PlaceHistory, id, "the history of a place", asked, &told)
	if err == nil && (told.ID != id || told.Number == 0 || told.Steps == nil) {
		err = notAPI("asked about room %q, it answers about %q with the number %d", id, told.ID, told.Number)
	}
	if err != nil {
		return told, fmt.Errorf("history of a place: %w", err)
	}
	return told, nil
}
