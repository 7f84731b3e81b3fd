package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// readiness is whether this gateway should get visitors. Whoever asks, at whichever listener, gets the answer of app.ready.
type readiness struct {
	known   atomic.Bool // all rooms have heard of their store once
	leaving atomic.Bool // it was told to stop
}

var errLeaving = errors.New("it stops")

// ready says why this gateway should get no visitors. A store that is away is no reason: who waits is answered from
// memory, and the other gateways would be no better off. For the same reason a gateway that was ready once stays ready until it
// stops: a room that Apply adds while the store is away must not take the others out of service. Safe for concurrent use.
func (a *app) ready(ctx context.Context) error {
	if a.readiness.leaving.Load() {
		return errLeaving
	}
	return a.started(ctx)
}

// started says why this gateway has not started yet: each room has to hear of its store once. Safe for concurrent use.
func (a *app) started(context.Context) error {
	if a.readiness.known.Load() {
		return nil
	}
	for _, r := range a.serving.Load().rooms {
		if !r.line.View().Known {
			return fmt.Errorf("room %s has not heard of its store yet", r.cfg.ID)
		}
	}
	a.readiness.known.Store(true)
	return nil
}
