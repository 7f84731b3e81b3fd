package probe

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// stream judges whether the front passes events on as they come.
func (c *client) stream(ctx context.Context, all *findings) {
	const mend = "have the front buffer no answers (nginx: proxy_buffering off; Apache: flushpackets=on)"
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	req, _, err := c.request(ctx, &question{part: PartStream})
	if err != nil {
		all.bad("", "a stream of events cannot be asked for: %v", err)
		return
	}
	resp, err := c.http.Do(req)
	if err != nil {
		all.bad(mend, "a stream of events does not begin: %v", err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	events, at := bufio.NewScanner(resp.Body), []time.Time{}
	for events.Scan() {
		if strings.HasPrefix(events.Text(), "data: ") {
			at = append(at, time.Now())
		}
	}
	switch {
	case len(at) != 2:
		all.bad(mend, "a stream of events does not come whole: %s", resp.Status)
	case at[1].Sub(at[0]) < StreamPause/2:
		all.bad(mend, "the front keeps a stream of events back until it ends")
	default:
		all.good("a stream of events passes as it comes")
	}
}

// socket judges whether a WebSocket passes.
func (c *client) socket(ctx context.Context, all *findings) {
	const mend = "have the front pass Upgrade and Connection on for HTTP/1.1 (nginx: proxy_http_version 1.1; Apache: mod_proxy_wstunnel or upgrade=websocket)"
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	req, _, err := c.request(ctx, &question{part: PartSocket})
	if err != nil {
		all.bad("", "a WebSocket cannot be asked for: %v", err)
		return
	}
	open := &http.Client{Transport: c.http.Transport, CheckRedirect: c.http.CheckRedirect} // whose time the context bounds
	ws, resp, err := websocket.Dial(ctx, req.URL.String(), &websocket.DialOptions{HTTPClient: open, HTTPHeader: req.Header})
	if err != nil {
		status := err.Error()
		if resp != nil {
			status = resp.Status
			_ = resp.Body.Close()
		}
		all.bad(mend, "a WebSocket does not pass the front: %s", status)
		return
	}
	defer func() { _ = ws.CloseNow() }()
	const word = "einlass"
	err = ws.Write(ctx, websocket.MessageText, []byte(word))
	var got []byte
	if err == nil {
		_, got, err = ws.Read(ctx)
	}
	if err != nil || string(got) != word {
		all.bad(mend, "a WebSocket opens and passes no messages: %v", err)
		return
	}
	all.good("a WebSocket passes")
}
