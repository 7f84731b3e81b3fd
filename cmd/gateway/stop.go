package main

import (
	"context"
	"errors"
	"os"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/lifecycle"
)

// leave is what happens first when the gateway is told to stop: it serves on and says that it is not ready, until a balancer has had the
// time to see it, or ctx ends.
func (a *app) leave(ctx context.Context, cause error) {
	a.readiness.leaving.Store(true)
	if to := (handed{}); errors.As(cause, &to) {
		a.ebb(ctx)
		return
	}
	a.server.Part(true)
	a.told(a.manager.Stopping("stops"))
	span := drainOf(a.serving.Load().cfg, cause)
	a.log.Info("stop asked for", zap.NamedError("cause", cause))
	if span == 0 {
		return
	}
	a.log.Info("not ready any more, visitors are served until balancers have noticed", zap.Duration("drain", span))
	wait := time.NewTimer(span)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}

// drainOf is how long a gateway serves on. Who stops it by hand, with Ctrl-C, waits for it.
func drainOf(cfg *config.Config, cause error) time.Duration {
	if signal := (lifecycle.Signal{}); errors.As(cause, &signal) && signal.Signal == os.Interrupt {
		return 0
	}
	return cfg.Drain
}

// underWay is what the stop waits for.
func (a *app) underWay() (requests, webSockets int) {
	for _, r := range a.serving.Load().rooms {
		s := r.backend.Status()
		requests += s.InFlight + s.Queued
		webSockets += s.WebSocket
	}
	return requests, webSockets
}

// stopPublic ends the public plane: no new connections, then what is under way.
func (a *app) stopPublic(ctx context.Context) error {
	a.readiness.leaving.Store(true)
	requests, webSockets := a.underWay()
	fields := []zap.Field{zap.Int("requests", requests), zap.Int("websockets", webSockets)}
	if until, bounded := ctx.Deadline(); bounded {
		fields = append(fields, zap.Duration("at_most", time.Until(until).Round(time.Second)))
	}
	a.log.Info("no new connections; waits for what is under way", fields...)
	// A download may take all the time there is: WebSockets are told now.
	for _, r := range a.serving.Load().rooms {
		r.backend.CloseTunnels()
	}
	err := a.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		requests, webSockets = a.underWay()
		a.log.Warn("some requests did not end in time and were broken off", zap.Int("requests", requests), zap.Int("websockets", webSockets))
		return errors.New("some requests did not end in time and were broken off")
	}
	a.log.Info("all requests have ended; the lines are saved")
	return err
}
