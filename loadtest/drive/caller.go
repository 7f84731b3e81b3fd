package drive

import (
	"context"
	"errors"
	"html"
	"net/url"
	"regexp"
	"time"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
)

// hears is what a caller is told.
type hears uint8

const (
	hearsStaff hears = iota // somebody answers
	hearsTurn               // it is your turn, and somebody books for you
	hearsOver               // nothing is left
	hearsLoss               // your place is not in the list
)

// caller is a citizen who comes by telephone. Its goroutine does what the staff does for it, while one of the staff waits for it.
type caller struct {
	*citizen
	h     *hotline
	given operator.PlaceInfo // the number that was read out
	hears chan hears         // has room for one: nobody is in two places of a hotline
	free  chan struct{}      // has no room: whoever of the staff takes it is the one that talks
	left  chan struct{}      // closed when the caller has gone
}

// firstCaller is the number of the first one, behind those of all who come by browser.
const firstCaller = 20_000_000

func newCaller(d *Drive, n int) *caller {
	c := &caller{
		citizen: newCitizen(d, firstCaller+n), h: d.hotline,
		hears: make(chan hears, 1), free: make(chan struct{}), left: make(chan struct{}),
	}
	c.noScript, c.bot, c.tabs, c.reloads, c.leaves, c.quits, c.sleeps, c.noShow = false, false, false, false, false, false, false, false
	c.patience = 0
	return c
}

// live is the whole visit of somebody who was to ring at the given time.
func (c *caller) live(ctx context.Context, due time.Time) outcome {
	defer close(c.left)
	c.lined = due
	c.h.ring(c)
	for {
		select {
		case <-ctx.Done():
			return stopped
		case what := <-c.hears:
			if end := c.follow(ctx, what); end != none {
				return end
			}
		}
	}
}

// follow does what follows from being told something. none: the caller waits to hear more.
func (c *caller) follow(ctx context.Context, what hears) outcome {
	switch what {
	case hearsStaff:
		return c.talk(ctx)
	case hearsTurn:
		return c.assisted(ctx)
	case hearsOver:
		return told
	case hearsLoss:
		c.d.figures.lost()
	}
	return failedInside
}

// talk is the call in which a place is taken.
func (c *caller) talk(ctx context.Context) outcome {
	if !c.pause(ctx, c.d.cfg.Hotline.Take) {
		return stopped
	}
	taken, end := c.insist(ctx, func() (operator.PlaceInfo, error) {
		return c.h.api.TakePlace(ctx, c.h.room, operator.NewPlace{})
	})
	if end != none {
		return end
	}
	c.given, c.promised = taken, taken.Number
	c.d.figures.numbered()
	c.h.locked(func() { c.h.count.Numbered++ })
	if c.rand.Float64() >= c.d.cfg.Hotline.Linked {
		c.free <- struct{}{}
		c.h.locked(func() { c.h.kept = append(c.h.kept, c) })
		return none
	}
	c.h.locked(func() { c.h.count.Linked++ })
	link, end := c.link(ctx)
	c.free <- struct{}{}
	if end == none {
		end = c.bookBy(ctx, link)
	}
	c.ended(end, false)
	return end
}

// assisted is the call in which the staff books.
func (c *caller) assisted(ctx context.Context) outcome {
	link, end := c.link(ctx)
	if end == none && !c.pause(ctx, c.d.cfg.Hotline.Dial) {
		end = stopped
	}
	if end == none {
		end = c.bookBy(ctx, link)
	}
	c.ended(end, true)
	return end
}

func (c *caller) ended(end outcome, assisted bool) {
	if end != booked {
		return
	}
	c.h.locked(func() {
		c.h.count.Booked++
		if assisted {
			c.h.count.Assisted++
		}
	})
}

// link has one made to the caller's place, as it is reached on this host.
func (c *caller) link(ctx context.Context) (string, outcome) {
	made, end := c.insist(ctx, func() (operator.PlaceInfo, error) {
		return c.h.api.ActOnPlace(ctx, c.h.room, operator.PlaceLink, operator.PlaceAct{Number: c.given.Number, Code: c.given.Code})
	})
	switch {
	case end == told && !c.h.isOver(ctx): // the line goes on, and does not know a place that was promised
		c.d.figures.lost()
		return "", failedInside
	case end != none:
		return "", end
	}
	u, err := url.Parse(made.URL)
	if err != nil || u.Path == "" {
		return "", failedInside
	}
	return u.RequestURI(), none
}

// insist asks the gateway until it answers. Who is refused is told that there is nothing to be had.
func (c *caller) insist(ctx context.Context, ask func() (operator.PlaceInfo, error)) (operator.PlaceInfo, outcome) {
	for {
		info, err := ask()
		switch {
		case err == nil:
			return info, none
		case errors.Is(err, adminclient.ErrRefused):
			return info, told
		case !c.pause(ctx, c.d.cfg.Crowd.Retry):
			return info, stopped
		}
	}
}

// button is the form on the page of a link.
var button = regexp.MustCompile(`<form method="post" action="([^"]+)"`)

// bookBy opens a link to a place, and books when it is its turn.
func (c *citizen) bookBy(ctx context.Context, link string) outcome {
	for {
		a := c.press(ctx, link)
		if a.ok() && !a.waiting() && !c.credential().known() { // the page says that somebody else has it
			c.d.figures.lost()
			return failedInside
		}
		end := c.settle(ctx, &a)
		switch {
		case end != none:
			return end
		case a.ok() && !a.waiting():
			return c.bookFrom(ctx, &a)
		case c.credential().known():
			return c.book(ctx, c.now())
		case !c.pause(ctx, c.d.cfg.Crowd.Retry):
			return stopped
		}
	}
}

// press opens a link and presses the button on its page.
func (c *citizen) press(ctx context.Context, link string) answer {
	a := c.load(ctx, link, c.now())
	if m := button.FindSubmatch(a.Body); a.ok() && m != nil && !c.credential().known() {
		return c.submit(ctx, html.UnescapeString(string(m[1])), "application/x-www-form-urlencoded", nil)
	}
	return a
}
