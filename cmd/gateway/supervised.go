package main

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/lifecycle"
)

// told logs what the service manager could not be told; it is no reason not to serve.
func (a *app) told(err error) {
	if err != nil {
		a.log.Warn("the service manager was not told", zap.Error(err))
	}
}

// supervised starts when visitors are served: it tells the service manager so, that the process is alive, and that it stops. Of a successor
// the manager hears from its predecessor: it listens to the main process alone.
func (a *app) supervised(main bool) lifecycle.Service {
	return lifecycle.Service{
		Name: "service manager",
		Start: func(context.Context) error {
			if main {
				a.told(a.manager.Ready("visitors are served"))
			}
			return nil
		},
		Run: a.own.while(a.watchdog),
		Stop: func(context.Context) error {
			if !a.own.given() {
				a.told(a.manager.Stopping("stops"))
			}
			return nil
		},
	}
}

// watchdog tells the service manager twice in its interval that the process is alive: that each line of its own answers. A store elsewhere
// that is away is no reason to be killed.
func (a *app) watchdog(ctx context.Context) error {
	every := a.manager.Watchdog() / 2
	if every == 0 {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := a.alive(ctx, every); err == nil {
			a.told(a.manager.Alive())
		} else {
			a.log.Error("a line does not answer; the service manager is not told that this process is alive", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// alive asks each line that is in this process for its snapshot.
func (a *app) alive(ctx context.Context, within time.Duration) error {
	if a.stores.client != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	answers := make(chan struct{})
	go func() {
		defer close(answers)
		for _, r := range a.serving.Load().rooms {
			_, _ = r.line.store.Snapshot(ctx) // an error is an answer, too
		}
	}()
	select {
	case <-answers:
		return nil
	case <-ctx.Done():
		return errors.New("no snapshot within half the watchdog's interval")
	}
}

// reloaded is a reload that the service manager hears of.
func (a *app) reloaded(reload func()) {
	a.told(a.manager.Reloading("reads its configuration"))
	reload()
	a.told(a.manager.Ready("visitors are served"))
}
