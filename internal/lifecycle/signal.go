package lifecycle

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

// Signal is the cause of a context that a signal ended.
type Signal struct{ os.Signal }

func (s Signal) Error() string { return fmt.Sprintf("received signal: %v", s.Signal) }

// Signals turns signals into the end of a context: the first one ends ctx, with a Signal as its cause; the second
// closes hurry, which is for Config.Hurry. release gives the signals back and waits for the goroutine that
// listens; call it when the group has stopped.
func Signals(parent context.Context, signals ...os.Signal) (ctx context.Context, hurry <-chan struct{}, release func()) {
	ctx, cancel := context.WithCancelCause(parent)
	arrived := make(chan os.Signal, 2)
	signal.Notify(arrived, signals...)
	second, quit, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for n := range 2 {
			select {
			case s := <-arrived:
				if n == 0 {
					cancel(Signal{s})
				} else {
					close(second)
				}
			case <-quit:
				return
			}
		}
		<-quit
	}()
	return ctx, second, func() {
		signal.Stop(arrived)
		close(quit)
		<-done
		cancel(nil)
	}
}

// Hangups hands each SIGHUP, or another signal that asks a daemon to read its configuration again, to a service: it calls
// reload for one signal at a time. A signal that arrives meanwhile is kept for one more call; further ones ask for
// nothing else. Signals are caught from the moment Hangups returns, also before the service runs, to the end of the process: they
// are never given back, because one that arrives while a stopped process exits would make its exit a fault.
func Hangups(reload func(ctx context.Context), signals ...os.Signal) Service {
	arrived := make(chan os.Signal, 1)
	signal.Notify(arrived, signals...)
	run := func(ctx context.Context) error {
		for {
			select {
			case <-arrived:
				reload(ctx)
			case <-ctx.Done():
				return nil
			}
		}
	}
	return Service{Name: "configuration", Run: run}
}
