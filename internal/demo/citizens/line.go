package citizens

import (
	"context"
	"net/http"
	"time"

	"github.com/einlass/einlass/internal/visitor"
)

const (
	firstPoll = time.Second      // after the page
	troubled  = 10 * time.Second // until a failed page or poll is tried again
)

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
	case err == nil && p.Waiting():
		c.hindered = true
		c.lineUp()
		return nil, c.waitTurn(ctx, p), false
	case err != nil || p.broken():
		c.hindered = true
		c.crowd.meter.count(func(s *Stats) { s.Errors++ })
		wait := troubled
		if err == nil && p.RetryAfter > 0 {
			wait = p.RetryAfter
		}
		return nil, c.wait(ctx, c.about(wait)), false
	}
	c.comeIn()
	return p, none, true
}

// waitTurn polls until a reload is due (none) or the wait has ended.
func (c *citizen) waitTurn(ctx context.Context, p *page) outcome {
	switch {
	case p.State == "closed", p.State == "code":
		return turnedAway
	case p.State == "soldout":
		return soldOut
	case p.Status != http.StatusOK: // no place was given, so there is none to poll
		return c.wait(ctx, max(firstPoll, p.RetryAfter))
	}
	end := none
	_, err := c.browser.Wait(ctx, visitor.Script{
		First: firstPoll,
		Rest: func(ctx context.Context, d time.Duration) error {
			if end = c.wait(ctx, d); end == none {
				c.crowd.meter.count(func(s *Stats) { s.Polls++ })
				return nil
			}
			return errEnded
		},
		Failed: func(_ error, next time.Duration) time.Duration {
			if ctx.Err() == nil { // not the gateway's fault when the crowd is ended
				c.crowd.meter.count(func(s *Stats) { s.Errors++ })
			}
			return next
		},
		Told: func(s *visitor.Status, next time.Duration) (time.Duration, error) {
			if s.State == "closed" {
				end = turnedAway
				return 0, errEnded
			}
			return next, nil
		},
	})
	if err != nil && end == gaveUp {
		_, _ = c.browser.Away(ctx) // a beacon: nobody waits for its answer
	}
	return end
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
