package lifecycle

import (
	"context"
	"errors"
	"os"
	"slices"
	"syscall"
	"testing"
)

func TestAGroupDrainsBeforeItStops(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name string
		run  func(context.Context) error
		stop bool // by a signal, else the service ends
		want []string
	}{
		{"a signal", nil, true, []string{"drain", "stop"}},
		{"a service that failed", func(context.Context) error { return broken }, false, []string{"stop"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, end := context.WithCancelCause(t.Context())
			var got []string
			g := group(t, Config{Drain: func(ctx context.Context, cause error) {
				if signal := (Signal{}); !errors.As(cause, &signal) || signal.Signal != syscall.SIGTERM || ctx.Err() != nil {
					t.Errorf("drains for %v, %v", cause, ctx.Err())
				}
				got = append(got, "drain")
			}}, Service{Name: "a", Run: tt.run, Stop: func(context.Context) error { got = append(got, "stop"); return nil }},
				Service{Name: "last", Start: func(context.Context) error {
					if tt.stop {
						end(Signal{syscall.SIGTERM})
					}
					return nil
				}})
			err := g.Run(ctx)
			if tt.stop != (err == nil) || !slices.Equal(got, tt.want) {
				t.Errorf("%v: %q, want %q", err, got, tt.want)
			}
		})
	}
}

func TestASecondSignalEndsTheDrainAndTheStop(t *testing.T) {
	ctx, hurry, release := Signals(t.Context(), syscall.SIGUSR1, syscall.SIGUSR2)
	defer release()
	var cause error
	var ended bool
	g := group(t, Config{Hurry: hurry, Drain: func(ctx context.Context, why error) {
		cause = why
		send(t, os.Signal(syscall.SIGUSR2))
		<-ctx.Done()
	}}, Service{Name: "a", Start: func(context.Context) error { send(t, os.Signal(syscall.SIGUSR1)); return nil }, Stop: func(ctx context.Context) error {
		<-ctx.Done()
		ended = true
		return nil
	}})
	if err := g.Run(ctx); err != nil || !ended {
		t.Error(err, ended)
	}
	if signal := (Signal{}); !errors.As(cause, &signal) || signal.Signal != syscall.SIGUSR1 {
		t.Errorf("the cause is %v", cause)
	}
}
