package drive

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
)

// The waiting page from a browser's side: the page says when its script asks first, every answer says when to ask
// again, and when the state is one in which a reload changes something, the page that was asked for first is loaded.

const (
	soonest  = 100 * time.Millisecond
	latest   = 2 * time.Minute
	anewOnce = 30 * time.Second // the script loads the page at most this often because there is no place
)

// status is the answer to a poll.
type status struct {
	State   string `json:"state"`
	Number  uint64 `json:"number"`
	Ahead   int64  `json:"ahead"`
	Next    int64  `json:"next"` // ms
	Stale   bool   `json:"stale"`
	Message string `json:"message"`
}

// waitTurn polls until a reload is due (none) or the wait has ended.
func (c *citizen) waitTurn(ctx context.Context, page *answer) outcome {
	if !c.credential().known() { // no place was given, so there is none to poll
		return c.rest(ctx, c.now().Add(max(time.Second, page.header.retryAfter)))
	}
	if home := c.d.cfg.Crowd.HomeOn; home != "" && bytes.Contains(page.body, []byte(home)) {
		return told
	}
	if c.noScript {
		return c.refresh(ctx, page)
	}
	if c.tabs {
		defer c.tabsOf(ctx)()
	}
	plans := c.plan()
	next := attribute(page.body, "next")
	for {
		wake, what := plans.first(c.now().Add(c.interval(next)))
		if end := c.rest(ctx, wake); end != none {
			if end == gaveUp {
				c.away(ctx)
			}
			return end
		}
		switch what {
		case planLeave:
			return c.leave(ctx)
		case planQuit:
			c.away(ctx)
			return gaveUp
		case planReload:
			return none
		case planSleep: // the telephone is silent, and then asks at once
			if end := c.rest(ctx, c.now().Add(c.about(c.d.cfg.Crowd.SleepFor))); end != none {
				return end
			}
			wake = c.now()
		case planPoll:
		}
		s, ok := c.poll(ctx, wake)
		if !ok {
			next = c.about(2 * time.Second).Milliseconds()
			continue
		}
		if end, turn := c.hear(&s); turn || end != none {
			return end
		}
		next = s.Next
	}
}

// hear says what a poll's answer means. turn: load the page.
func (c *citizen) hear(s *status) (end outcome, turn bool) {
	switch {
	case s.Message != "" && s.Message == c.d.cfg.Crowd.HomeOn:
		return told, true
	case s.State == "closed":
		return turnedAway, true
	case s.State == "none":
		c.expect = true
		if !c.anew.IsZero() && c.now().Sub(c.anew) < anewOnce {
			return none, false
		}
		c.anew = c.now()
		return none, true
	case s.State == "called" && c.noShow:
		return noShow, true
	case s.State == "called" || s.State == "inside" || s.State == "missed":
		return none, true
	}
	return none, false
}

// interval is how long until the next poll.
func (c *citizen) interval(next int64) time.Duration {
	if c.bot {
		return c.d.cfg.Crowd.BotEvery
	}
	if next <= 0 {
		return 10 * time.Second
	}
	return min(max(time.Duration(next)*time.Millisecond, soonest), latest)
}

// refresh is the page without script: it is loaded again when its refresh says so.
func (c *citizen) refresh(ctx context.Context, page *answer) outcome {
	c.showPage(page)
	after := 10 * time.Second
	if _, rest, ok := bytes.Cut(page.body, []byte(`http-equiv="refresh" content="`)); ok {
		digits, _, _ := bytes.Cut(rest, []byte(";"))
		if n, err := strconv.Atoi(string(digits)); err == nil && n > 0 {
			after = time.Duration(n) * time.Second
		}
	}
	return c.rest(ctx, c.now().Add(after))
}

// showPage testifies what a page without script told.
func (c *citizen) showPage(page *answer) {
	if ahead := attribute(page.body, "ahead"); page.state == "waiting" && ahead >= 0 {
		c.d.witness.shown(c, page, ahead)
	}
}

// attribute reads a number from the page's body element, -1 if there is none.
func attribute(page []byte, name string) int64 {
	_, rest, ok := bytes.Cut(page, []byte(" data-"+name+`="`))
	if !ok {
		return -1
	}
	digits, _, _ := bytes.Cut(rest, []byte(`"`))
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// poll asks where the citizen stands.
func (c *citizen) poll(ctx context.Context, due time.Time) (status, bool) {
	r := request{kind: KindPoll, method: "GET", target: c.pollTarget()}
	a := c.ask(ctx, &r, due)
	s, ok := readStatus(&a)
	if !ok {
		return s, false
	}
	if s.State == "waiting" && s.Ahead >= 0 {
		c.shown = s.Ahead
		c.d.witness.shown(c, &a, s.Ahead)
	}
	c.d.witness.polled(c, &a, &s)
	return s, true
}

func (c *citizen) pollTarget() string {
	target := c.d.cfg.Prefix + "/status?room=" + c.d.cfg.Room
	if c.shown >= 0 {
		target += "&shown=" + strconv.FormatUint(c.place.Number, 10) + "." + strconv.FormatInt(c.shown, 10)
	}
	return target
}

func readStatus(a *answer) (s status, ok bool) {
	return s, a.err == nil && a.status == 200 && json.Unmarshal(a.body, &s) == nil && s.State != ""
}

// tab is another tab of the same browser: it polls on its own and shows the same line.
func (c *citizen) tab(ctx context.Context) {
	next := int64(1000)
	for {
		due := c.now().Add(time.Duration(max(next, 100)) * time.Millisecond)
		if !launch.Rest(ctx, due.Sub(c.now())) {
			return
		}
		r := request{kind: KindPoll, method: "GET", target: c.d.cfg.Prefix + "/status?room=" + c.d.cfg.Room}
		a := c.d.sockets.do(ctx, &r, &c.jar, c.d.cfg.Now)
		if a.sent.IsZero() {
			return
		}
		c.d.figures.request(KindPoll, due, &a)
		next = 10_000
		if s, ok := readStatus(&a); ok {
			next = s.Next
		}
	}
}

// away tells the gate that the page was closed. Nobody waits for the answer to a beacon, so what it is does not matter.
func (c *citizen) away(ctx context.Context) {
	r := request{kind: KindAway, method: "POST", target: c.d.cfg.Prefix + "/away?room=" + c.d.cfg.Room}
	c.ask(ctx, &r, c.now())
}

// leave presses the button that gives the place up.
func (c *citizen) leave(ctx context.Context) outcome {
	before := c.credential()
	r := request{kind: KindLeave, method: "POST", target: c.d.cfg.Prefix + "/leave?room=" + c.d.cfg.Room, page: true}
	a := c.ask(ctx, &r, c.now())
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
