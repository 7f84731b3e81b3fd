package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/launch"
)

// habit is what a visitor does besides waiting and booking.
type habit int

const (
	patient habit = iota
	leaver        // gives the place up after a while
	sleeper       // a phone in a pocket: asks nothing for a while, perhaps while it is called
	closer        // closes the page and opens it again
	hasty         // opens four tabs at once, before any of them has a cookie
	copied        // has another browser with a copy of its cookies
	silent        // a stranger: polls, is called, and never goes in
)

// visitor is one of the crowd. It belongs to one goroutine; the crowd reads it when that has ended.
type visitor struct {
	*browser
	crowd *crowd
	rand  *rand.Rand
	habit habit

	twin     *visitor    // the other browser with its cookies
	ending   atomic.Bool // it has asked for the last page
	over     chan struct{}
	after    bool // let in when the visit was over
	place    ticket
	came     time.Time // when the place was given
	entered  time.Time
	done     bool
	left     bool
	lost     string // what came in place of the place
	thrown   string // what came in place of the site
	rose     string // a figure that rose
	last     string // what the last poll said, and when
	failing  time.Time
	silence  time.Duration
	failures map[string]int
}

// live is the whole visit. It ends when the visitor is done, has left, has been wronged, or ctx ends.
func (v *visitor) live(ctx context.Context) {
	defer close(v.over)
	defer v.heard() // whoever still gets no answer at the end has waited for one until now
	if !v.arrive(ctx) {
		return
	}
	switch v.habit {
	case silent:
		v.lurk(ctx)
		return
	case copied:
		v.double(ctx)
	}
	if v.entered.IsZero() && !v.wait(ctx) {
		return
	}
	v.visit(ctx)
}

// heard ends a silence.
func (v *visitor) heard() {
	if !v.failing.IsZero() {
		v.silence = max(v.silence, time.Since(v.failing))
		v.failing = time.Time{}
	}
}

// try sends a request and keeps account of how it went. False: no usable answer, try again after a rest.
func (v *visitor) try(ctx context.Context, send func() error) bool {
	sent := time.Now()
	err := send()
	if err == nil {
		v.heard()
		return true
	}
	if ctx.Err() == nil {
		v.failures[err.Error()]++
		if v.failing.IsZero() {
			v.failing = sent
		}
	}
	return false
}

// rest lets about d go by.
func (v *visitor) rest(ctx context.Context, d time.Duration) bool {
	return launch.Rest(ctx, d/2+time.Duration(v.rand.Int64N(int64(d))))
}

const again = 700 * time.Millisecond

// arrive asks for the page until there is a place.
func (v *visitor) arrive(ctx context.Context) bool {
	if v.habit == hasty {
		v.openTabs(ctx)
	}
	for {
		var a *answer
		v.crowd.asked.Add(1)
		ok := v.try(ctx, func() (err error) { a, err = v.ask(ctx, http.MethodGet, page, true); return err })
		if ok && a.site() {
			v.place, _ = v.token()
			v.came = time.Now()
			v.entered = v.came
			return true
		}
		if ok {
			var key string
			if v.place, key = v.token(); v.place.Number > 0 {
				v.came = time.Now()
				v.crowd.signed(key)
				return true
			}
			v.failures[fmt.Sprintf("%d without a place", a.status)]++
		}
		if !v.rest(ctx, again) {
			return false
		}
	}
}

// wait polls until the visitor is inside. False: it is over.
func (v *visitor) wait(ctx context.Context) bool {
	for polls := 0; ; polls++ {
		var s status
		ok := v.try(ctx, func() (err error) { s, err = v.poll(ctx); return err })
		next := again
		if ok {
			next = max(time.Duration(s.Next)*time.Millisecond, 100*time.Millisecond)
			if v.told(&s) {
				v.knock(ctx)
			}
			if !v.entered.IsZero() || v.lost != "" {
				return v.lost == ""
			}
		}
		if gone := v.habits(ctx, polls); gone || !v.rest(ctx, next) {
			return false
		}
	}
}

// told reads a status and reports whether it is time to load the page.
func (v *visitor) told(s *status) bool {
	v.last = fmt.Sprintf("%s: %+v", time.Now().Format("15:04:05.000"), *s)
	switch s.State {
	case "waiting", "front", "paused", "recovering":
		if s.Number != v.place.Number {
			v.lost = fmt.Sprintf("number %d in the status of %+v", s.Number, v.place)
		}
		if s.Ahead >= 0 {
			if v.shown >= 0 && s.Ahead > v.shown {
				v.rose = fmt.Sprintf("number %d was shown %d ahead after %d", s.Number, s.Ahead, v.shown)
			}
			v.shown = s.Ahead
		}
		return false
	default:
		return true
	}
}

// knock loads the page that was asked for.
func (v *visitor) knock(ctx context.Context) {
	var a *answer
	if !v.try(ctx, func() (err error) { a, err = v.ask(ctx, http.MethodGet, page, true); return err }) {
		return
	}
	now, _ := v.token()
	switch {
	case now.Visitor != v.place.Visitor:
		v.lost = fmt.Sprintf("place %+v in place of %+v, %d", now, v.place, a.status)
	case a.site(), a.status == http.StatusSeeOther:
		v.entered = time.Now()
	}
}

// habits does what some do while they wait, and reports whether the visitor is gone.
func (v *visitor) habits(ctx context.Context, polls int) (gone bool) {
	switch {
	case v.habit == leaver && polls >= 3:
		ok := v.try(ctx, func() error {
			_, err := v.ask(ctx, http.MethodPost, "/.einlass/leave?room="+environment.Room, true)
			return err
		})
		v.left = v.left || ok
		return ok
	case v.habit == closer && polls == 2:
		v.try(ctx, func() error {
			_, err := v.ask(ctx, http.MethodPost, "/.einlass/away?room="+environment.Room, false)
			return err
		})
		v.failing = time.Time{} // who does not ask is not waiting for an answer
		return !v.rest(ctx, 4*time.Second)
	case v.habit == sleeper && polls == 2:
		v.failing = time.Time{}
		return !v.rest(ctx, 12*time.Second)
	}
	return false
}

// visit is the way through the site: pages, the form, the end.
func (v *visitor) visit(ctx context.Context) {
	steps := []struct{ method, target string }{
		{http.MethodGet, page}, {http.MethodGet, "/slots"}, {http.MethodPost, "/book"}, {http.MethodGet, "/done"},
	}
	for _, step := range steps {
		for {
			var a *answer
			v.ending.Store(step.target == "/done")
			ok := v.try(ctx, func() (err error) { a, err = v.ask(ctx, step.method, step.target, true); return err })
			// A request for the last page may reach the site twice, when the connection of the first try breaks; the second
			// finds the visit ended, as it should.
			if ok && !a.site() && step.target != "/done" {
				v.thrown = fmt.Sprintf("%s %s: %d %s", step.method, step.target, a.status, a.header.Get("Einlass-State"))
				return
			}
			if !v.rest(ctx, again) {
				return
			}
			if ok {
				break
			}
			if step.target == "/done" {
				// The site may have said that the visit is over although its answer was lost on the way; whoever knows
				// that it may be over does not ask for the same page again.
				v.done = true
				return
			}
		}
	}
	v.done = true
}
