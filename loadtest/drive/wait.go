package drive

import (
	"context"
	"errors"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/launch"
)

// ended ends a wait.
type ended struct{ by outcome }

func (e ended) Error() string { return "the wait ended: " + outcomeNames[e.by] }

// waitTurn polls until a reload is due (none) or the wait has ended.
func (c *citizen) waitTurn(ctx context.Context, page *answer) outcome {
	if !c.credential().known() { // no place was given, so there is none to poll
		return c.rest(ctx, c.now().Add(max(time.Second, page.RetryAfter)))
	}
	if c.vain(page.State) {
		return told
	}
	if c.noScript {
		return c.refresh(ctx, page)
	}
	if c.tabs {
		defer c.tabsOf(ctx)()
	}
	plans := c.plan()
	_, err := c.browser.Wait(ctx, visitor.Script{
		First: c.interval(page.FirstPoll()),
		Rest:  func(ctx context.Context, d time.Duration) error { return c.untilPoll(ctx, &plans, d) },
		Told:  c.hear,
		Failed: func(error, time.Duration) time.Duration {
			return c.interval(c.about(2 * time.Second))
		},
	})
	var e ended
	if errors.As(err, &e) {
		return e.by
	}
	return none
}

// untilPoll lets time pass, with what the citizen does in it, and says when the poll is due. An error ends the wait.
func (c *citizen) untilPoll(ctx context.Context, plans *plans, d time.Duration) error {
	wake, what := plans.first(c.now().Add(d))
	if end := c.rest(ctx, wake); end != none {
		if end == gaveUp {
			c.away(ctx)
		}
		return ended{end}
	}
	switch what {
	case planLeave:
		return ended{c.leave(ctx)}
	case planQuit:
		c.away(ctx)
		return ended{gaveUp}
	case planReload:
		return ended{none}
	case planSleep: // the telephone is silent, and then asks at once
		if end := c.rest(ctx, c.now().Add(c.about(c.d.cfg.Crowd.SleepFor))); end != none {
			return ended{end}
		}
		wake = c.now()
	case planPoll:
	}
	c.wire.due = wake
	return nil
}

// hear says what a poll's answer means, and testifies it.
func (c *citizen) hear(s *visitor.Status, next time.Duration) (time.Duration, error) {
	a := c.last(nil, nil)
	if s.State == "waiting" && s.Ahead >= 0 {
		c.d.witness.shown(c, &a, s.Ahead)
	}
	c.d.witness.polled(c, &a, s)
	switch {
	case c.vain(s.State), c.d.cfg.Crowd.HomeOn && s.State == "paused" && s.Starts == 0: // the last opening is over
		return 0, ended{told}
	case s.State == "closed":
		return 0, ended{turnedAway}
	case s.State == "none":
		c.expect = true
	case s.State == "called" && c.noShow:
		return 0, ended{noShow}
	}
	return c.interval(next), nil
}

// vain reports whether a page says that there is nothing to wait for, and its reader goes home.
func (c *citizen) vain(state string) bool {
	switch state {
	case "booked", "soldout", "limit", "closed", "ended":
		return c.d.cfg.Crowd.HomeOn
	}
	return false
}

// interval is how long until the next poll when a page waits for so long: a bot does not care.
func (c *citizen) interval(d time.Duration) time.Duration {
	if c.bot {
		return c.d.cfg.Crowd.BotEvery
	}
	return d
}

// refresh is the page without script: it is loaded again when its refresh says so.
func (c *citizen) refresh(ctx context.Context, page *answer) outcome {
	if ahead := page.Data("ahead"); page.State == "waiting" && ahead >= 0 {
		c.d.witness.shown(c, page, ahead)
	}
	after := 10 * time.Second
	if d, _, ok := page.Refresh(); ok && d > 0 {
		after = d
	}
	return c.rest(ctx, c.now().Add(after))
}

// tab is another tab of the same browser: it polls on its own and shows the same line.
func (c *citizen) tab(ctx context.Context, b *visitor.Browser, wire *wire) {
	b.Observe = func(_ context.Context, _ *visitor.Request, a *visitor.Answer, err error) {
		if !wire.sent.IsZero() {
			c.d.figures.request(KindPoll, wire.last, &answer{Answer: a, err: err, sent: wire.sent, came: wire.came})
		}
	}
	// A tab never goes in by itself: it is closed when the first one does.
	for next := time.Second; ; {
		due := c.now().Add(next)
		if !launch.Rest(ctx, due.Sub(c.now())) {
			return
		}
		wire.due = due
		s, _ := b.Poll(ctx)
		next = s.Interval()
	}
}

// away tells the gate that the page was closed. Nobody waits for the answer to a beacon, so what it is does not matter.
func (c *citizen) away(ctx context.Context) { _, _ = c.browser.Away(ctx) }

// leave presses the button that gives the place up.
func (c *citizen) leave(ctx context.Context) outcome {
	before := c.credential()
	a := c.last(c.browser.Leave(ctx))
	switch {
	case ctx.Err() != nil:
		return stopped
	case !a.ok():
		c.d.witness.unansweredLeave(c, &a, before)
	default:
		c.d.witness.left(c, &a)
	}
	return left
}

// plans are what somebody will do while waiting, each at its time.
type plans struct {
	leave, quit, reload, sleep time.Time
}

type plan uint8

const (
	planPoll plan = iota
	planLeave
	planQuit
	planReload
	planSleep
)

func (c *citizen) plan() plans {
	var p plans
	crowd := &c.d.cfg.Crowd
	if c.leaves {
		p.leave = c.now().Add(c.about(crowd.LeaveAfter))
	}
	if c.quits {
		p.quit = c.now().Add(c.about(crowd.LeaveAfter))
	}
	if c.reloads {
		p.reload = c.now().Add(c.about(crowd.ReloadEvery))
	}
	if c.sleeps {
		p.sleep = c.now().Add(c.about(crowd.SleepFor))
		c.sleeps = false // once
	}
	return p
}

// first is what comes first: the poll at its time, or a plan before it, which is then done with.
func (p *plans) first(poll time.Time) (time.Time, plan) {
	at, what := poll, planPoll
	for _, each := range []struct {
		at   *time.Time
		what plan
	}{{&p.leave, planLeave}, {&p.quit, planQuit}, {&p.reload, planReload}, {&p.sleep, planSleep}} {
		if !each.at.IsZero() && each.at.Before(at) {
			at, what = *each.at, each.what
		}
	}
	switch what {
	case planSleep:
		p.sleep = time.Time{}
	case planReload:
		p.reload = time.Time{}
	case planPoll, planLeave, planQuit:
	}
	return at, what
}
