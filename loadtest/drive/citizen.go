package drive

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
)

// outcome is how a citizen's visit ended.
type outcome uint8

const (
	none   outcome = iota // it goes on
	booked                // has an appointment
	done                  // went through the script
	soldOut
	gaveUp         // patience ended
	left           // gave the place up by the button
	noShow         // did not look when called
	told           // read that there is nothing left
	outside        // read at the door that so many wait already
	tooLate        // read at the door that nothing is left, or that nothing is open
	turnedAway     // the room was closed
	failedInside   // inside, and the pages made no sense or did not come
	stopped        // the run was ended
	numberOutcomes // how many there are
)

var outcomeNames = [numberOutcomes]string{
	"", "booked", "done", "sold_out", "gave_up", "left", "no_show", "told", "outside", "too_late", "turned_away", "failed", "stopped",
}

// citizen is one person with one browser. Its goroutine owns it; its extra tabs only read what never changes.
type citizen struct {
	d    *Drive
	n    int
	rand *rand.Rand

	browser *visitor.Browser
	wire    wire
	ticket  string // the cookie that holds was read from
	holds   credential
	before  credential // before the page load that is under way

	noScript, bot, tabs, reloads, leaves, quits, sleeps, noShow bool

	patience time.Duration // 0: endless
	waited   time.Duration // that patience has cost

	lined   time.Time // when the first page was due
	inLine  bool      // was shown a waiting page and not let in yet
	inside  bool
	entered time.Time     // when last inside
	read    time.Time     // when the site's last answer came
	page    time.Duration // the longest time between two of them
	visited bool
	// hindered: a page did not come, or the waiting room's in its place.
	hindered bool

	place  queue.Place // of the latest ticket or pass
	expect bool        // the place was said to be gone, or used: another one is no loss
	// promised is the number that was read out at the telephone, until a browser has the place; 0: none was.
	promised uint64

	waitingFor time.Time // since when an answer is owed; zero: none is
	testified  testimony
}

func newCitizen(d *Drive, n int) *citizen {
	r := rand.New(rand.NewPCG(d.cfg.Seed, uint64(n)))
	crowd := &d.cfg.Crowd
	is := func(share float64) bool { return r.Float64() < share }
	c := &citizen{
		d: d, n: n, rand: r, wire: d.newWire(),
		noScript: is(crowd.NoScript), bot: is(crowd.Bots), tabs: is(crowd.Tabs), reloads: is(crowd.Reloads),
		leaves: is(crowd.Leaves), sleeps: is(crowd.Sleeps), noShow: is(crowd.NoShows),
	}
	c.browser = d.room.Open(&c.wire)
	c.browser.Observe = c.observed
	c.quits = !c.leaves && is(crowd.Quits)
	if crowd.Patience > 0 {
		c.patience = c.about(crowd.Patience)
	}
	return c
}

func (d *Drive) newWire() wire { return wire{sockets: d.sockets, now: d.cfg.Now} }

func (c *citizen) now() time.Time { return c.d.cfg.Now() }

// live is the whole visit of somebody who was to come at the given time.
func (c *citizen) live(ctx context.Context, due time.Time) outcome {
	c.lined = due
	if len(c.d.cfg.Script) > 0 {
		if _, end := c.visit(ctx, c.d.cfg.Path, due); end != none {
			return end
		}
		return c.walk(ctx, c.d.cfg.Script)
	}
	return c.book(ctx, due)
}

// visit loads a page of the site and waits in line for it as often as it must. It returns the site's page, or how the
// visit ended.
func (c *citizen) visit(ctx context.Context, path string, due time.Time) (answer, outcome) {
	for {
		a := c.load(ctx, path, due)
		if end := c.settle(ctx, &a); end != none || a.ok() && !a.waiting() {
			return a, end
		}
		due = c.now()
	}
}

// settle deals with an answer to a navigation. none and a waiting or failed answer: it is time to load the page again.
func (c *citizen) settle(ctx context.Context, a *answer) outcome {
	switch {
	case ctx.Err() != nil:
		return stopped
	case a.waiting() && a.Status == 200 && a.State == "none":
		return c.joinAgain(ctx, a)
	case a.waiting() && a.Status == 200:
		c.hindered = true
		c.lineUp()
		if a.State == "closed" {
			return turnedAway
		}
		return c.waitTurn(ctx, a)
	case a.err == nil && c.vain(a.State) && a.State == "limit":
		return outside
	case a.err == nil && c.vain(a.State):
		return tooLate
	case !a.ok():
		c.hindered = true
		// People press reload when they like; only the waiting room's pages reload by themselves, when they were told.
		wait := c.about(c.d.cfg.Crowd.Retry)
		if a.err == nil && a.State != "" && a.RetryAfter > 0 {
			wait = a.RetryAfter
		}
		return c.rest(ctx, c.now().Add(wait))
	}
	c.comeIn()
	return none
}

// joinAgain is for the page that says that a number or a stay is over: whoever still wants in reads it and presses its button.
func (c *citizen) joinAgain(ctx context.Context, a *answer) outcome {
	c.hindered, c.expect = true, true
	c.lineUp()
	if !c.pause(ctx, c.d.cfg.Crowd.Retry) {
		return stopped
	}
	c.before = c.credential()
	if _, pressed, _ := c.browser.Join(ctx, a.Answer); !pressed {
		return c.rest(ctx, c.now().Add(c.about(c.d.cfg.Crowd.Retry))) // another page of somebody without a place
	}
	return none
}

// load asks for a page and follows redirects on this host.
func (c *citizen) load(ctx context.Context, path string, due time.Time) answer {
	c.wire.due = due
	return c.ask(ctx, visitor.Want{Target: path})
}

// submit sends a form and follows the redirect that answers it.
func (c *citizen) submit(ctx context.Context, path, contentType string, body []byte) answer {
	return c.ask(ctx, visitor.Want{Method: "POST", Target: path, ContentType: contentType, Body: body})
}

func (c *citizen) ask(ctx context.Context, w visitor.Want) answer {
	c.before = c.credential() // another tab may have changed it
	a, err := c.browser.Visit(ctx, w)
	if errors.Is(err, visitor.ErrElsewhere) {
		a.Status, err = 502, nil // a redirect to somewhere else is not followed, one in a circle leads nowhere: no page
	}
	return c.last(a, err)
}

// last is what came of the request that was made last.
func (c *citizen) last(a *visitor.Answer, err error) answer {
	return answer{Answer: a, err: err, sent: c.wire.sent, came: c.wire.came}
}

// observed counts a request from when it was due, and takes note of what it did to the place.
func (c *citizen) observed(ctx context.Context, r *visitor.Request, got *visitor.Answer, err error) {
	kind, before := c.kind(r), c.before
	c.visited = c.visited || r.For == visitor.Page
	if c.wire.sent.IsZero() {
		return // the run ended before it could be sent
	}
	a, due := c.last(got, err), c.wire.last
	cut := err != nil && ctx.Err() != nil
	if !cut {
		if c.waitingFor.IsZero() {
			c.waitingFor = due
		}
		c.d.figures.request(kind, due, &a)
		if err == nil && a.Status < 500 {
			c.d.figures.silence(a.came.Sub(c.waitingFor))
			c.waitingFor = time.Time{}
		}
	}
	if c.inside && err == nil {
		c.page, c.read = max(c.page, a.came.Sub(c.read)), a.came
	}
	// A page at the door comes in by its own question, which brings the pass.
	if c.d.cfg.Room != "" && (r.For == visitor.Page || r.For == visitor.Poll || r.For == visitor.Join) {
		c.before = c.credential()
		c.noted(&a, before, c.before)
	}
}

// kind is what a request is for, as the tables have it.
func (c *citizen) kind(r *visitor.Request) Kind {
	switch {
	case r.For == visitor.Poll:
		return KindPoll
	case r.For == visitor.Away:
		return KindAway
	case r.For == visitor.Leave:
		return KindLeave
	case r.For == visitor.Join:
		return KindArrive
	case c.d.cfg.Room == "" && !c.visited, c.d.cfg.Room != "" && !c.before.known():
		return KindArrive
	case c.before.known() && !c.before.pass:
		return KindPage
	case r.Method == "POST":
		return KindForm
	}
	return KindSite
}

// noted compares the cookie before and after a request.
func (c *citizen) noted(a *answer, before, after credential) {
	w := c.d.witness
	same := after.place == before.place
	switch {
	case a.err != nil:
		w.unanswered(c, a, before)
		return
	case !after.known():
		return
	case before.known() && !same && !before.pass && !c.expect:
		c.d.figures.lost()
	}
	c.expect = false
	if !before.known() || !same {
		c.place, c.browser.Shown, c.testified = after.place, -1, testimony{}
		c.counted()
		w.joined(c, a)
	}
	if after.pass && (!before.pass || !same) {
		c.d.figures.claimed(a.came, a.came.Sub(c.lined), c.inLine || before.known())
		w.claimed(c, a, after.until)
	}
}

// counted counts the number of a place that has come into the browser, unless that was done when it was read out.
func (c *citizen) counted() {
	switch {
	case c.promised == 0:
		c.d.figures.numbered()
	case c.promised != c.place.Number:
		c.d.figures.lost()
	}
	c.promised = 0
}

// lineUp notes that a waiting page came.
func (c *citizen) lineUp() {
	if c.inside {
		c.lined = c.now()
		c.d.figures.moved(-1, 0)
	}
	if !c.inLine {
		c.d.figures.moved(0, 1)
	}
	c.inLine, c.inside = true, false
}

// comeIn notes that a page of the site came.
func (c *citizen) comeIn() {
	if c.inLine {
		c.d.figures.moved(0, -1)
	}
	if !c.inside {
		c.d.figures.moved(1, 0)
		c.entered = c.now()
		c.read, c.page = c.entered, 0
	}
	c.inLine, c.inside = false, true
}

// gone takes the citizen out of the counts.
func (c *citizen) gone(end outcome) {
	if c.inside && c.d.cfg.OnVisit != nil {
		c.d.cfg.OnVisit(Visit{Inside: c.now().Sub(c.entered), Page: c.page, Whole: end == booked || end == done || end == soldOut})
	}
	if !c.waitingFor.IsZero() {
		c.d.figures.silence(c.now().Sub(c.waitingFor))
	}
	if c.inLine {
		c.d.figures.moved(0, -1)
	}
	if c.inside {
		c.d.figures.moved(-1, 0)
	}
}

// rest waits until a time, at most as long as patience lasts.
func (c *citizen) rest(ctx context.Context, until time.Time) outcome {
	d := until.Sub(c.now())
	if c.patience > 0 && c.patience-c.waited < d {
		if !launch.Rest(ctx, c.patience-c.waited) {
			return stopped
		}
		return gaveUp
	}
	c.waited += max(d, 0)
	if !launch.Rest(ctx, d) {
		return stopped
	}
	return none
}

// pause takes time that costs no patience: there is something to read or to type. False: the run was ended.
func (c *citizen) pause(ctx context.Context, mean time.Duration) bool {
	return launch.Rest(ctx, c.about(mean))
}

// about draws a time around the mean: nobody is a machine and nobody falls asleep.
func (c *citizen) about(mean time.Duration) time.Duration {
	return mean/2 + min(time.Duration(c.rand.ExpFloat64()*float64(mean)/2), mean*3/2)
}

// tabsOf lets two more tabs of the same browser poll until the turn has come.
func (c *citizen) tabsOf(ctx context.Context) (closeTabs func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	for range 2 {
		wire := c.d.newWire()
		b := c.browser.Tab(&wire)
		group.Go(func() { c.tab(ctx, b, &wire) })
	}
	return func() { cancel(); group.Wait() }
}
