package demo

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errLost: the server crashed while it worked on the request (connection reset).
var errLost = errors.New("demo site: request was lost in a crash")

// pump runs a Capacity in real time: each request blocks in serve as long as
// the server would work on it.
type pump struct {
	clock   Clock
	onCrash func()

	mu       sync.Mutex
	capacity *Capacity
	waiting  map[uint64]chan Outcome
	timer    Timer
	crashes  int
	closed   bool
}

func newPump(capacity *Capacity, clock Clock, onCrash func()) *pump {
	return &pump{clock: clock, onCrash: onCrash, capacity: capacity, waiting: map[uint64]chan Outcome{}}
}

// serve returns nil when the work is done, ErrBusy or ErrDown when the server
// did not take the request, errLost when it fell over, and the context's error
// when the caller left. The server goes on working for a caller that has left.
func (p *pump) serve(ctx context.Context, work float64) error {
	done, err := p.admit(work)
	if err != nil {
		return err
	}
	select {
	case o, ok := <-done:
		if !ok || o.Lost {
			return errLost
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pump) admit(work float64) (<-chan Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrDown
	}
	id, err := p.capacity.Admit(p.clock.Now(), work)
	var done chan Outcome
	if err == nil {
		done = make(chan Outcome, 1) // buffered: nobody may be there to take it
		p.waiting[id] = done
	}
	p.turn()
	return done, err
}

// turn hands out what has ended and sets the alarm for what ends next. The
// caller holds mu.
func (p *pump) turn() {
	now := p.clock.Now()
	for _, o := range p.capacity.Advance(now) {
		p.waiting[o.ID] <- o
		delete(p.waiting, o.ID)
	}
	if n := p.capacity.Load().Crashes; n != p.crashes {
		p.crashes = n
		p.onCrash()
	}
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	if at, ok := p.capacity.Next(); ok {
		p.timer = p.clock.AfterFunc(max(at.Sub(now), 0), p.wake)
	}
}

func (p *pump) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.turn()
	}
}

// load returns the counters of the server as of now.
func (p *pump) load() (Load, time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.turn()
	}
	return p.capacity.Load(), p.clock.Now()
}

// close ends the server; whoever still waits is told that it was lost.
func (p *pump) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.timer != nil {
		p.timer.Stop()
	}
	for id, done := range p.waiting {
		close(done)
		delete(p.waiting, id)
	}
}
