package citizens

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"time"
)

// The waiting room's protocol, from a browser's side: instead of the site comes
// a page with the header Einlass-State. From then on the page's script asks the
// status, JSON with a state and the milliseconds until it may ask again. When
// the state is one in which a reload changes something, it loads the address
// that was asked for first, and is let in by a redirect to it.

const (
	firstPoll  = time.Second      // after the page
	troubled   = 10 * time.Second // until a failed page or poll is tried again
	soonest    = 250 * time.Millisecond
	latest     = 2 * time.Minute
	statusSize = 64 << 10
)

// status is what a poll says; its other fields are for the eye.
type status struct {
	State string `json:"state"`
	Next  int64  `json:"next"` // ms
}

// visit loads a page and waits in line for it as often as it must. It returns
// the site's page, or nil and how the visit ended.
func (c *citizen) visit(ctx context.Context, path string) (*page, outcome) {
	for {
		p, err := c.get(ctx, path)
		if p, end, ok := c.settle(ctx, p, err); ok || end != none {
			return p, end
		}
	}
}

// none is no outcome: the visit goes on.
const none outcome = -1

// settle deals with an answer to a navigation. ok: p is the site's. Otherwise,
// unless the visit has ended, it is time to load the page again.
func (c *citizen) settle(ctx context.Context, p *page, err error) (_ *page, end outcome, ok bool) {
	switch {
	case ctx.Err() != nil:
		return nil, stopped, false
	case err == nil && p.waiting():
		c.hindered = true
		c.lineUp()
		return nil, c.waitTurn(ctx, p), false
	case err != nil || p.broken():
		c.hindered = true
		c.crowd.meter.count(func(s *Stats) { s.Errors++ })
		wait := troubled
		if err == nil && p.after > 0 {
			wait = p.after
		}
		return nil, c.wait(ctx, c.about(wait)), false
	}
	c.comeIn()
	return p, none, true
}

// waitTurn polls until a reload is due (none) or the wait has ended.
func (c *citizen) waitTurn(ctx context.Context, p *page) outcome {
	switch {
	case p.line == "closed":
		return turnedAway
	case p.status != http.StatusOK: // no place was given, so there is none to poll
		return c.wait(ctx, max(firstPoll, p.after))
	}
	for next := firstPoll; ; {
		if end := c.wait(ctx, next); end != none {
			if end == gaveUp {
				c.goAway(ctx)
			}
			return end
		}
		var state string
		switch state, next = c.poll(ctx); state {
		case "called", "inside", "missed", "none":
			return none
		case "closed":
			return turnedAway
		}
	}
}

// poll asks for the status and returns it with the time until the next poll.
func (c *citizen) poll(ctx context.Context) (state string, next time.Duration) {
	c.crowd.meter.count(func(s *Stats) { s.Polls++ })
	crowdCtx := ctx
	ctx, cancel := context.WithTimeout(ctx, c.crowd.cfg.Timeout)
	defer cancel()
	r, err := c.request(ctx, http.MethodGet, c.crowd.cfg.StatusPath, nil)
	if err != nil {
		return "", troubled
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Sec-Fetch-Mode", "cors")
	r.Header.Set("Sec-Fetch-Dest", "empty")
	resp, err := c.client.Do(r)
	if err != nil {
		if crowdCtx.Err() == nil { // not the gate's fault when the crowd is ended
			c.crowd.meter.count(func(s *Stats) { s.Errors++ })
		}
		return "", troubled
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, statusSize))
	var s status
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(body, &s) != nil {
		c.crowd.meter.count(func(s *Stats) { s.Errors++ })
		return "", max(troubled, retryAfter(resp.Header))
	}
	if s.Next <= 0 {
		return s.State, troubled
	}
	return s.State, min(max(time.Duration(s.Next)*time.Millisecond, soonest), latest)
}

// goAway tells the waiting room that the page was closed, as its script does.
func (c *citizen) goAway(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, c.crowd.cfg.Timeout)
	defer cancel()
	away := path.Join(path.Dir(c.crowd.cfg.StatusPath), "away")
	r, err := c.request(ctx, http.MethodPost, away, nil)
	if err != nil {
		return
	}
	r.Header.Set("Origin", c.base)
	r.Header.Set("Sec-Fetch-Mode", "no-cors")
	r.Header.Set("Sec-Fetch-Dest", "empty")
	resp, err := c.client.Do(r)
	if err != nil {
		return // a beacon: nobody waits for its answer
	}
	_ = resp.Body.Close()
}

// wait sleeps, at most until patience ends.
func (c *citizen) wait(ctx context.Context, d time.Duration) outcome {
	left := c.patience - c.waited
	endless := c.patience == 0
	if !endless {
		d = min(d, left)
	}
	if c.crowd.cfg.Sleep(ctx, d) != nil || ctx.Err() != nil {
		return stopped
	}
	c.waited += d
	if !endless && d == left {
		return gaveUp
	}
	return none
}
