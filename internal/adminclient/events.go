package adminclient

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/einlass/einlass/internal/operator"
)

const (
	eventsType = "text/event-stream"
	// silence is how long a stream may say nothing: twice as long as the gateway does, and one more line on a slow way.
	silence = 40 * time.Second
)

// Follow gives the rooms, or one of them, whenever something of them has changed, until ctx ends, each answers an error or the stream
// ends. It never returns nil: who wants to go on calls it again.
func (c *Client) Follow(ctx context.Context, room string, each func([]operator.RoomInfo) error) error {
	path := "/v1/events"
	if room != "" {
		path += "?" + url.Values{"room": {room}}.Encode()
	}
	if err := c.follow(ctx, path, each); err != nil {
		return fmt.Errorf("follow rooms: %w", err)
	}
	return fmt.Errorf("follow rooms: %w: the stream has ended", ErrUnreachable)
}

func (c *Client) follow(ctx context.Context, path string, each func([]operator.RoomInfo) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := c.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", eventsType+", application/problem+json")
	quiet := time.AfterFunc(silence, cancel)
	defer quiet.Stop()
	endless := http.Client{Transport: c.http.Transport, CheckRedirect: c.http.CheckRedirect} // the other one has a time limit
	resp, err := endless.Do(req)
	if err != nil {
		return unreachable(err)
	}
	defer resp.Body.Close()
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != eventsType || resp.StatusCode != http.StatusOK {
		text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
		if err == nil {
			_, err = read(resp, text)
		}
		if err == nil {
			err = notAPI("its stream of events is of the type %q", kind)
		}
		return err
	}
	if !marked(resp.Header) {
		return notAPI("a stream of events without the mark of the API")
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxAnswer)
	for lines.Scan() {
		quiet.Reset(silence)
		text, isData := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !isData {
			continue
		}
		rooms, err := (&answer{header: resp.Header, text: text}).rooms()
		if err == nil {
			err = each(rooms)
		}
		if err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return notAPI("an event is longer than %d bytes", maxAnswer)
	case err != nil:
		return unreachable(err)
	}
	return nil
}
