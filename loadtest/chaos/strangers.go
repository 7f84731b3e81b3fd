package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/launch"
)

// strangersUsual is how many page loads come a second, and how many loads in another site's frame, from something that
// keeps no cookie and never comes back: twelve a minute of each.
const strangersUsual = 0.2

// manyStrangers is how many come a second at worst.
const manyStrangers = 20

// strangers is what came of page loads by programs that keep no cookie. Safe for concurrent use.
type strangers struct {
	mu sync.Mutex
	strangerFigures
	places []visitor.Token
}

// strangerFigures count page loads by programs that keep no cookie.
type strangerFigures struct {
	Loads   int `json:"loads"`
	Numbers int `json:"numbers"`
	Entries int `json:"entries"` // let in at once: stays that nobody uses

	Frames       int `json:"frames"`        // loads in a frame of another site
	FrameNumbers int `json:"frame_numbers"` // of these, that took a number or a stay
}

// loads lets n page loads come and as many loads in frames.
func (c *crowd) loads(ctx context.Context, n int) {
	for range n {
		c.wg.Go(func() { c.load(ctx, false) })
		c.wg.Go(func() { c.load(ctx, true) })
	}
}

// load is one of them. It never comes back with what it was given.
func (c *crowd) load(ctx context.Context, frame bool) {
	var extra []string
	if frame {
		extra = framed
	}
	b := c.newBrowser(extra...)
	c.asked.Add(1)
	a, err := b.get(ctx, page)
	s := &c.strangers
	s.mu.Lock()
	defer s.mu.Unlock()
	place := b.Credential().Token
	took := place.Number > 0 || err == nil && site(a)
	if frame {
		s.Frames++
		if took {
			s.FrameNumbers++
		}
		return
	}
	s.Loads++
	if took {
		s.Numbers++
	}
	if place.Number > 0 {
		s.places = append(s.places, place)
	}
	if err == nil && site(a) {
		s.Entries++
	}
}

func (s *strangers) figures() strangerFigures {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.strangerFigures
}

// every does something manyStrangers times a second for a while, and waits until all of it is done.
func every(ctx context.Context, d time.Duration, do func()) (times int) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for range int(d.Seconds() * float64(manyStrangers)) {
		wg.Go(do)
		times++
		if !launch.Rest(ctx, time.Second/time.Duration(manyStrangers)) {
			break
		}
	}
	return times
}

func strangersCome(ctx context.Context, w *world, s Step) (string, error) {
	before := w.crowd.strangers.figures()
	n := every(ctx, s.Hold, func() { w.crowd.load(ctx, false) })
	took := w.crowd.strangers.figures().Numbers - before.Numbers
	if took == 0 {
		return "", fmt.Errorf("%d page loads without a cookie took no number", n)
	}
	return fmt.Sprintf("%d page loads without a cookie took %d numbers within %v", n, took, s.Hold), nil
}

// closedPath asks without a pass for what the site closes unanswered: no evidence about the site.
func closedPath(ctx context.Context, w *world, s Step) (string, error) {
	before := w.site.Closed.Load()
	n := every(ctx, s.Hold, func() {
		_, _ = w.crowd.newBrowser().get(ctx, environment.ClosingPath) // it is not answered
	})
	if closed := w.site.Closed.Load() - before; closed < int64(n)/2 {
		return "", fmt.Errorf("%d of %d requests reached the site", closed, n)
	}
	return fmt.Sprintf("the site closed the connection on %d requests without a pass within %v", n, s.Hold), nil
}

// unreadBodies sends requests without a pass whose body holds another request, to a path whose body the site does not
// read: the answer to it belongs to nobody.
func unreadBodies(ctx context.Context, w *world, s Step) (string, error) {
	before := w.site.Unread.Load()
	every(ctx, s.Hold, func() {
		_, _ = w.crowd.newBrowser().send(ctx, http.MethodPost, environment.UnreadPath) // what comes of it is seen by others
	})
	unread := w.site.Unread.Load() - before
	if unread == 0 {
		return "", errors.New("no body reached the site")
	}
	return fmt.Sprintf("the site took the bodies of %d requests without a pass for requests within %v", unread, s.Hold), nil
}

// lurk polls as the page does and never goes in.
func (v *citizen) lurk(ctx context.Context) {
	next := time.Duration(0)
	for called := 0; called < 3 && v.entered.IsZero(); called++ {
		s, err := v.poll(ctx, next, func() bool { return false })
		if err != nil {
			return
		}
		next = s.Interval()
	}
}

// openTabs loads the page in three more tabs before any of them has a cookie: the browser keeps one of the cookies.
func (v *citizen) openTabs(ctx context.Context) {
	for range 3 {
		v.crowd.wg.Go(func() { v.crowd.load(ctx, false) })
	}
}

// double copies the cookies into another browser, which follows the page there.
func (v *citizen) double(ctx context.Context) {
	twin := &citizen{
		browser: v.crowd.newBrowser(), crowd: v.crowd, place: v.place, figure: -1, failures: map[string]int{},
		rand: rand.New(rand.NewPCG(v.rand.Uint64(), v.rand.Uint64())),
	}
	twin.SetCookie(cookie, v.Ticket())
	v.twin = twin
	v.crowd.wg.Go(func() { v.crowd.follow(ctx, v, twin) })
}

// follow is what the other browser does: it polls, goes in when called, and loads the page once more when the visit is over.
func (c *crowd) follow(ctx context.Context, v, twin *citizen) {
	if _, err := twin.poll(ctx, 0, func() bool { return false }); err != nil {
		return
	}
	var a *visitor.Answer
	if !v.ending.Load() && twin.try(ctx, func() (err error) { a, err = twin.get(ctx, page); return err }) {
		// The visit may have come to its end meanwhile: then the copy is an arrival.
		if now := twin.Credential().Token; now.Visitor != v.place.Visitor && !v.ending.Load() {
			twin.lost = fmt.Sprintf("a copy of %+v became %+v, %d", v.place, now, a.Status)
		}
	}
	select {
	case <-ctx.Done():
		return
	case <-v.over:
	}
	if !v.ending.Load() || !launch.Rest(ctx, endsAreTold) {
		return
	}
	c.asked.Add(1)
	if twin.try(ctx, func() (err error) { a, err = twin.get(ctx, page); return err }) {
		twin.after = site(a)
	}
}

// endsAreTold is how long every gateway may take to learn that a visit is over.
const endsAreTold = 2 * time.Second
