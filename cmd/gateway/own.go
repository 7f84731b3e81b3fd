package main

import (
	"context"
	"sync"
)

// ownership is whether this process keeps the lines, with everything that only one process at a time may do for them: write the state
// directory, serve operators, send alerts. It is given to a successor, and taken back if that one fails.
type ownership struct {
	mu    sync.Mutex
	lent  chan struct{} // while the successor has it: closed when it comes back
	until context.Context
	end   context.CancelFunc
	users sync.WaitGroup
}

func newOwnership() *ownership {
	o := &ownership{}
	o.until, o.end = context.WithCancel(context.Background())
	return o
}

// while makes a service's Run one that works while this process has the ownership: it ends when that is given away, and begins anew
// when it comes back.
func (o *ownership) while(run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			until, lent := o.enter()
			if until == nil {
				select {
				case <-lent:
					continue
				case <-ctx.Done():
					return nil
				}
			}
			err := o.once(ctx, until, run)
			if ctx.Err() != nil || until.Err() == nil || err != nil {
				return err
			}
		}
	}
}

// enter answers the context of the ownership, or when to ask again.
func (o *ownership) enter() (until context.Context, lent <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lent != nil {
		return nil, o.lent
	}
	o.users.Add(1)
	return o.until, nil
}

func (o *ownership) once(ctx, until context.Context, run func(context.Context) error) error {
	defer o.users.Done()
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(until, cancel)()
	return run(both)
}

// give ends what works by the ownership, and returns when it has ended.
func (o *ownership) give() {
	o.mu.Lock()
	o.lent = make(chan struct{})
	o.end()
	o.mu.Unlock()
	o.users.Wait()
}

// back takes the ownership back.
func (o *ownership) back() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.until, o.end = context.WithCancel(context.Background())
	close(o.lent)
	o.lent = nil
}

// given reports whether the successor has it.
func (o *ownership) given() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lent != nil
}
