package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/internal/visitor"
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

// citizen is one of the crowd. It belongs to one goroutine; the crowd reads it when that has ended.
type citizen struct {
	*browser
	crowd *crowd
	rand  *rand.Rand
	habit habit

	twin     *citizen    // the other browser with its cookies
	ending   atomic.Bool // it has asked for the last page
	over     chan struct{}
	after    bool // let in when the visit was over
	place    visitor.Token
	came     time.Time // when the place was given
	entered  time.Time
	done     bool
	leaving  bool // it has given its place up, and may have had no answer
	left     bool
	lost     string // what came in place of the place
	thrown   string // what came in place of the site
	rose     string // a figure that rose
	last     string // what the last poll said, and when
	figure   int64  // the last number of people ahead, -1 before
	failing  time.Time
	silence  time.Duration
	failures map[string]int
}

// live is the whole visit. It ends when the visitor is done, has left, has been wronged, or ctx ends.
func (v *citizen) live(ctx context.Context) {
	defer close(v.over)
	defer v.heard() // a silence that has not ended lasts until now
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
func (v *citizen) heard() {
	if !v.failing.IsZero() {
		v.silence = max(v.silence, time.Since(v.failing))
		v.failing = time.Time{}
	}
}

// try sends a request and keeps account of how it went. False: no usable answer, try again after a rest.
func (v *citizen) try(ctx context.Context, send func() error) bool {
	sent := time.Now()
	return v.counts(ctx, sent, send())
}

// counts keeps account of a request.
func (v *citizen) counts(ctx context.Context, sent time.Time, err error) bool {
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
func (v *citizen) rest(ctx context.Context, d time.Duration) bool {
	return launch.Rest(ctx, d/2+time.Duration(v.rand.Int64N(int64(d))))
}

const again = 700 * time.Millisecond

// arrive asks for the page until there is a place.
func (v *citizen) arrive(ctx context.Context) bool {
	if v.habit == hasty {
		v.openTabs(ctx)
	}
	for {
		var a *visitor.Answer
		v.crowd.asked.Add(1)
		ok := v.try(ctx, func() (err error) { a, err = v.get(ctx, page); return err })
		if ok && site(a) {
			held := v.Credential()
			v.crowd.signed(held.Key)
			v.place = held.Token
			v.came = time.Now()
			v.entered = v.came
			return true
		}
		if ok {
			if held := v.Credential(); held.Known() {
				v.place, v.came = held.Token, time.Now()
				v.crowd.signed(held.Key)
				return true
			}
			v.failures[fmt.Sprintf("%d without a place", a.Status)]++
		}
		if !v.rest(ctx, again) {
			return false
		}
	}
}

// errOver ends a wait: the visitor has gone, or the run has ended.
var errOver = errors.New("the visit is over")

// wait polls until the visitor is inside. False: it is over.
func (v *citizen) wait(ctx context.Context) bool {
	polls := 0
	habits := func() (gone bool) {
		polls++
		return polls > 1 && v.habits(ctx, polls-2)
	}
	for next := time.Duration(0); ; {
		s, err := v.poll(ctx, next, habits)
		if err != nil {
			return false
		}
		if v.knock(ctx); v.left || v.lost != "" {
			return false
		}
		if !v.entered.IsZero() {
			return true
		}
		next = s.Interval()
	}
}

// poll polls until it is time to load the page. gone is asked before each poll and may end the wait. The wait ends too when
// the status is that of another place, which is noted.
func (v *citizen) poll(ctx context.Context, first time.Duration, gone func() bool) (visitor.Status, error) {
	var sent time.Time
	return v.Wait(ctx, visitor.Script{
		First: first,
		Rest: func(ctx context.Context, d time.Duration) error {
			if gone() || d > 0 && !v.rest(ctx, d) {
				return errOver
			}
			sent = time.Now()
			return nil
		},
		Failed: func(err error, _ time.Duration) time.Duration {
			v.counts(ctx, sent, v.failure(err))
			return again
		},
		Told: func(s *visitor.Status, next time.Duration) (time.Duration, error) {
			v.heard()
			if v.told(s); v.lost != "" || v.left {
				return 0, errOver
			}
			return next, nil
		},
	})
}

// told notes what a status says that may not be.
func (v *citizen) told(s *visitor.Status) {
	v.last = fmt.Sprintf("%s: %+v", time.Now().Format("15:04:05.000"), *s)
	v.left = v.left || v.leaving && s.State == "none"
	if !s.InLine() {
		return
	}
	if s.Number != v.place.Number {
		v.lost = fmt.Sprintf("number %d in the status of %+v", s.Number, v.place)
	}
	if s.Ahead < 0 {
		return
	}
	if v.figure >= 0 && s.Ahead > v.figure {
		v.rose = fmt.Sprintf("number %d was shown %d ahead after %d", s.Number, s.Ahead, v.figure)
	}
	v.figure = s.Ahead
}

// knock loads the page that was asked for.
func (v *citizen) knock(ctx context.Context) {
	var a *visitor.Answer
	if !v.try(ctx, func() (err error) { a, err = v.get(ctx, page); return err }) {
		return
	}
	now := v.Credential().Token
	switch {
	case now.Visitor != v.place.Visitor && v.leaving:
		v.left = true
		v.crowd.asked.Add(1) // it had no place any more
	case now.Visitor != v.place.Visitor:
		v.lost = fmt.Sprintf("place %+v in place of %+v, %d", now, v.place, a.Status)
	case site(a), a.Status == http.StatusSeeOther:
		v.entered = time.Now()
	}
}

// habits does what some do while they wait, and reports whether the visitor is gone.
func (v *citizen) habits(ctx context.Context, polls int) (gone bool) {
	switch {
	case v.habit == leaver && polls >= 3:
		// The gate may have heard it although its answer was lost: then the place ends while the page goes on.
		v.leaving = true
		ok := v.try(ctx, func() error { return v.leave(ctx) })
		v.left = v.left || ok
		return ok
	case v.habit == closer && polls == 2:
		v.try(ctx, func() error { return v.away(ctx) })
		v.failing = time.Time{} // a closed page waits for no answer
		return !v.rest(ctx, 4*time.Second)
	case v.habit == sleeper && polls == 2:
		v.failing = time.Time{}
		return !v.rest(ctx, 12*time.Second)
	}
	return false
}

// visit is the way through the site: pages, the form, the end.
func (v *citizen) visit(ctx context.Context) {
	steps := []struct{ method, target string }{
		{http.MethodGet, page}, {http.MethodGet, "/slots"}, {http.MethodPost, "/book"}, {http.MethodGet, "/done"},
	}
	for _, step := range steps {
		for {
			var a *visitor.Answer
			v.ending.Store(step.target == "/done")
			ok := v.try(ctx, func() (err error) { a, err = v.send(ctx, step.method, step.target); return err })
			// A request for the last page may reach the site twice, when the connection of the first try breaks; the second
			// finds the visit ended, as it should.
			if ok && !site(a) && step.target != "/done" {
				v.thrown = fmt.Sprintf("%s %s: %d %s", step.method, step.target, a.Status, a.State)
				return
			}
			if !v.rest(ctx, again) {
				return
			}
			if ok {
				break
			}
			if step.target == "/done" {
				// The site may have ended the visit although its answer was lost: asking for the same page again would be
				// an arrival.
				v.done = true
				return
			}
		}
	}
	v.done = true
}
