package harness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue"
)

// Crowd is a number of browsers that keep to the protocol, and the journal of what became of them. Its methods are
// for the test's goroutine; the browsers run in goroutines of their own that Wait waits for.
type Crowd struct {
	// Entered is called once a visitor is inside, in a goroutine of that visitor. Set it before anybody waits; nil: nothing.
	Entered func(context.Context, *Visitor)

	tb    testing.TB
	gates atomic.Pointer[[]*Gate]
	wg    sync.WaitGroup
	in    atomic.Int64

	mu       sync.Mutex
	visitors []*Visitor
	breaches []error
}

// Visitor is one of a crowd.
type Visitor struct {
	*Browser
	// Place is what the first ticket said.
	Place Token
	turn  int

	// Written by the visitor's goroutine, read after Wait.
	in       time.Time // when a pass came; zero: never
	lastWait time.Time // when the last poll was sent that was answered with "not yet"
	lost     string    // what came in place of the place
}

// Order is the place's rank over all epochs.
func (v *Visitor) Order() queue.Order {
	return queue.OrderOf(v.Place.Epoch, v.Place.Number)
}

// target is the page that the crowd wants to see.
const target = "/termine?ort=3&tag=montag"

// NewCrowd is a crowd that comes by these gateways, one after the other in turns.
func NewCrowd(tb testing.TB, gates ...*Gate) *Crowd {
	c := &Crowd{tb: tb}
	c.Use(gates...)
	return c
}

// Use sends the next requests of everybody to these gateways.
func (c *Crowd) Use(gates ...*Gate) { c.gates.Store(&gates) }

func (c *Crowd) gate(turn int) *Gate {
	gates := *c.gates.Load()
	return gates[turn%len(gates)]
}

// Arrive lets n visitors come one after the other; each must get the waiting page and a place.
func (c *Crowd) Arrive(n int) []*Visitor {
	c.tb.Helper()
	return c.arrive(n, false, never)
}

// Follow is Arrive behind a line that moves: whoever finds it served on a slow machine goes straight in, with a place.
func (c *Crowd) Follow(n int) []*Visitor {
	c.tb.Helper()
	return c.arrive(n, true, never)
}

// never asks nobody to come again.
func never(*Answer) bool { return false }

// Insist is Arrive while the store may be away: whoever is asked to come again does, for so long at most.
func (c *Crowd) Insist(n int, patience time.Duration) []*Visitor {
	c.tb.Helper()
	ctx, cancel := context.WithTimeout(c.tb.Context(), patience)
	defer cancel()
	return c.arrive(n, false, func(a *Answer) bool {
		return a.StatusCode == http.StatusServiceUnavailable && a.Header.Get("Retry-After") != "" && launch.Rest(ctx, troubled)
	})
}

// arrive lets n visitors come, each of whom must get a place, and the waiting page or, if straight, what the site answers.
func (c *Crowd) arrive(n int, straight bool, again func(*Answer) bool) []*Visitor {
	c.tb.Helper()
	came := make([]*Visitor, 0, n)
	for i := range n {
		v := &Visitor{Browser: NewBrowser(c.gate(i)), turn: i}
		page := v.Get(c.tb, target)
		for again(page) {
			page = v.Get(c.tb, target)
		}
		if straight && page.FromSite() {
			v.in = time.Now()
		}
		if v.Place = v.Token(); !page.Waiting() && v.in.IsZero() || v.Place.Number == 0 {
			c.tb.Fatalf("arrival %d got %d %q and place %+v", i, page.StatusCode, page.Body, v.Place)
		}
		came = append(came, v)
	}
	c.mu.Lock()
	c.visitors = append(c.visitors, came...)
	c.mu.Unlock()
	return came
}

// Stay lets visitors wait at all gateways in turns until they are inside or ctx ends.
func (c *Crowd) Stay(ctx context.Context, visitors ...*Visitor) {
	for _, v := range visitors {
		c.wg.Go(func() { c.stay(ctx, v) })
	}
}

// Wait waits until everybody is inside or has given up.
func (c *Crowd) Wait() { c.wg.Wait() }

func (c *Crowd) stay(ctx context.Context, v *Visitor) {
	for next := time.Duration(0); v.in.IsZero() && v.lost == ""; {
		sent, err := c.poll(ctx, v, next)
		if err == nil {
			err = v.enter(ctx, sent)
			next = 100 * time.Millisecond
		}
		var bad *Breach
		switch {
		case errors.As(err, &bad):
			c.mu.Lock()
			c.breaches = append(c.breaches, bad)
			c.mu.Unlock()
			return
		case errors.Is(err, errOver):
			return
		case err != nil:
			next = troubled // the page did not come
		}
	}
	if v.in.IsZero() {
		return
	}
	if c.Entered != nil {
		c.Entered(ctx, v)
	}
	c.in.Add(1)
}

// troubled is when a page or a poll that failed is tried again: the page's script does not give up either.
const troubled = 300 * time.Millisecond

// errOver ends a wait: the test's time is over, or the place was lost.
var errOver = errors.New("the wait is over")

// poll polls at all gateways in turns until the page is to be loaded, and answers when the last poll was sent.
func (c *Crowd) poll(ctx context.Context, v *Visitor, first time.Duration) (sent time.Time, err error) {
	var before int64
	_, err = v.Wait(ctx, visitor.Script{
		First: first,
		Rest: func(ctx context.Context, d time.Duration) error {
			if v.breach != nil {
				return v.breach
			}
			if !launch.Rest(ctx, d) {
				return errOver
			}
			v.turn++
			v.Move(c.gate(v.turn))
			sent, before = time.Now(), v.Shown
			return nil
		},
		Failed: func(error, time.Duration) time.Duration { return troubled },
		Told: func(s *Status, next time.Duration) (time.Duration, error) {
			switch {
			case v.breach != nil:
				return 0, v.breach
			case s.InLine() && before >= 0 && s.Ahead > before:
				return 0, breach("number %d was shown %d ahead after %d", s.Number, s.Ahead, before)
			case s.State != "inside" && s.State != "none" && s.Number != v.Place.Number:
				v.lost = fmt.Sprintf("number %d in the status", s.Number)
				return 0, errOver
			case !s.Turn():
				v.lastWait = sent
			}
			return next, nil
		},
	})
	return sent, err
}

// enter loads the page that was first asked for.
func (v *Visitor) enter(ctx context.Context, sent time.Time) error {
	a, err := v.Load(ctx, http.MethodGet, target)
	if err != nil {
		return err
	}
	if now := v.Token(); now != v.Place {
		v.lost = fmt.Sprintf("place %+v", now)
		return nil
	}
	switch {
	case a.StatusCode == http.StatusSeeOther:
		if to := a.Header.Get("Location"); to != target {
			return breach("called for %s, sent to %q", target, to)
		}
		v.in = time.Now()
	case a.FromSite():
		v.in = time.Now()
	case a.Waiting():
		v.lastWait = sent
	}
	return nil
}

// Everybody is who has arrived so far.
func (c *Crowd) Everybody() []*Visitor {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.visitors)
}
