package lifecycle

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

// Signals turns signals into the end of a context: the first one ends ctx, with a cause that names it; the second
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
					cancel(fmt.Errorf("received signal: %v", s))
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
