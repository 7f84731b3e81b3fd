package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

var (
	// ErrEnded means that a service's Run returned without having been told to.
	ErrEnded = errors.New("ended by itself")
	// ErrStopTimeout means that a service did not stop within the time limit.
	ErrStopTimeout = errors.New("did not stop in time")
)

// Service is one part of the process. Name is required, every function is optional.
type Service struct {
	Name string
	// Start returns when the service is ready for those that start after it. Its context ends when the group gives
	// up. A Start that fails cleans up after itself: its Stop is not called.
	Start func(ctx context.Context) error
	// Run works until its context ends or Stop is called, in a goroutine of its own, begun when Start has returned. An
	// earlier return, even without an error, stops the group.
	Run func(ctx context.Context) error
	// Stop ends the service gracefully; its context is the time limit. Run's context ends after it.
	Stop func(ctx context.Context) error
}

// Config is what a Group needs to know.
type Config struct {
	// Drain is called when Run was told to stop and everything runs still, and the stop begins when it returns. cause is that of
	// Run's context; ctx ends when an operator hurries. A group in which a service failed, or did not start, is not drained. Optional.
	Drain func(ctx context.Context, cause error)
	// StopTimeout bounds the stop of all services together. Required.
	StopTimeout time.Duration
	// Hurry, when closed, ends the time limit at once: an operator has asked twice. Optional.
	Hurry <-chan struct{}
	// Log is told of starts, stops and failures. Optional.
	Log *zap.Logger
}

// Validate reports what is wrong.
func (c Config) Validate() error {
	if c.StopTimeout <= 0 {
		return fmt.Errorf("stop_timeout: %v is not positive", c.StopTimeout)
	}
	return nil
}

// Group runs services. Make one with New. It is used once.
type Group struct {
	cfg      Config
	services []Service
}

// New makes a group of services, in the order in which they start.
func New(cfg Config, services ...Service) (*Group, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("lifecycle: %w", err)
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	for i, s := range services {
		if s.Name == "" {
			return nil, fmt.Errorf("lifecycle: service %d has no name", i)
		}
	}
	return &Group{cfg: cfg, services: slices.Clone(services)}, nil
}

// running is a service that was started.
type running struct {
	Service
	cancel context.CancelFunc
	told   atomic.Bool // to stop
	ended  chan error  // receives the result of Run once
}

// Run starts all services and returns when all have stopped: because ctx ended, which is no error, or because a
// service failed.
func (g *Group) Run(ctx context.Context) error {
	alive, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	started, err := g.startAll(alive, fail)
	if err == nil {
		g.cfg.Log.Info("all services are running", zap.Int("services", len(started)))
		<-alive.Done()
		g.drain(ctx)
	}
	var first *failure
	if errors.As(context.Cause(alive), &first) {
		err = errors.Join(first.err, err)
	}
	return errors.Join(err, g.stopAll(ctx, started))
}

// drain calls Drain if the stop was asked for.
func (g *Group) drain(asked context.Context) {
	if asked.Err() == nil || g.cfg.Drain == nil {
		return
	}
	ctx, cancel := g.untilHurried(context.WithCancel(context.WithoutCancel(asked)))
	defer cancel()
	g.cfg.Drain(ctx, context.Cause(asked))
}

// untilHurried ends a context also when an operator hurries. cancel waits for the goroutine that watches.
func (g *Group) untilHurried(ctx context.Context, end context.CancelFunc) (hurried context.Context, cancel func()) {
	release, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-g.cfg.Hurry:
			end()
		case <-release:
		}
	}()
	return ctx, func() {
		close(release)
		<-watched
		end()
	}
}

// failure is the first end of a Run that nobody asked for. Its type tells it from the caller's causes.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }

// startAll starts in order until one fails or alive ends.
func (g *Group) startAll(alive context.Context, fail context.CancelCauseFunc) (started []*running, err error) {
	for _, s := range g.services {
		if alive.Err() != nil {
			return started, nil //nolint:nilerr // the stop is no failure of a service
		}
		if s.Start != nil {
			if err := s.Start(alive); err != nil {
				if alive.Err() != nil && errors.Is(err, context.Canceled) {
					return started, nil
				}
				return started, fmt.Errorf("start %s: %w", s.Name, err)
			}
		}
		g.cfg.Log.Debug("service started", zap.String("service", s.Name))
		started = append(started, spawn(alive, s, fail))
	}
	return started, nil
}

// spawn begins a service's Run. Its context does not end with the group's: it goes on until its turn to stop.
func spawn(alive context.Context, s Service, fail context.CancelCauseFunc) *running {
	own, cancel := context.WithCancel(context.WithoutCancel(alive))
	r := &running{Service: s, cancel: cancel, ended: make(chan error, 1)}
	if s.Run == nil {
		r.ended <- nil
		return r
	}
	go func() {
		err := s.Run(own)
		if r.told.Load() && (err == nil || errors.Is(err, context.Canceled)) {
			r.ended <- nil
			return
		}
		if err == nil {
			err = ErrEnded
		}
		err = fmt.Errorf("run %s: %w", s.Name, err)
		if r.told.Load() || alive.Err() != nil {
			r.ended <- err // it is being stopped, or everything is: the error is reported there
			return
		}
		mine := &failure{err}
		fail(mine)
		var first *failure
		if errors.As(context.Cause(alive), &first) && first == mine {
			err = nil // told as the cause
		}
		r.ended <- err
	}()
	return r
}

// stopAll stops in reverse order. When the time is up the remaining services are still told to stop, so that
// they can let go of what they hold, but nobody waits for them.
func (g *Group) stopAll(ctx context.Context, started []*running) error {
	limit, cancel := g.untilHurried(context.WithTimeout(context.WithoutCancel(ctx), g.cfg.StopTimeout))
	defer cancel()
	var errs []error
	for _, r := range slices.Backward(started) {
		if err := r.stop(limit); err != nil {
			errs = append(errs, err)
			continue
		}
		g.cfg.Log.Debug("service stopped", zap.String("service", r.Name))
	}
	return errors.Join(errs...)
}

// stop calls Stop, then ends Run and waits for it.
func (r *running) stop(limit context.Context) error {
	r.told.Store(true)
	done := make(chan error, 1)
	go func() {
		var err error
		if r.Stop != nil {
			if err = r.Stop(limit); err != nil {
				err = fmt.Errorf("stop %s: %w", r.Name, err)
			}
		}
		r.cancel()
		done <- errors.Join(err, <-r.ended)
	}()
	select {
	case err := <-done:
		return err
	case <-limit.Done():
	}
	defer r.cancel()
	// Whoever stops because the limit has ended deserves to be heard.
	grace := time.NewTimer(graceAfterLimit)
	defer grace.Stop()
	select {
	case err := <-done:
		return err
	case <-grace.C:
		return fmt.Errorf("stop %s: %w", r.Name, ErrStopTimeout)
	}
}

// graceAfterLimit is how long a service has to react to the end of the time limit.
const graceAfterLimit = 250 * time.Millisecond
