package lifecycle

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func send(t *testing.T, s os.Signal) {
	t.Helper()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func TestTheFirstSignalStopsAndTheSecondHurries(t *testing.T) {
	ctx, hurry, release := Signals(t.Context(), syscall.SIGUSR1, syscall.SIGUSR2)
	defer release()
	stopped := make(chan error, 1)
	g := group(t, Config{StopTimeout: time.Hour, Hurry: hurry}, Service{
		Name: "drain",
		Start: func(context.Context) error {
			send(t, syscall.SIGUSR1)
			return nil
		},
		Stop: func(ctx context.Context) error {
			send(t, syscall.SIGUSR2)
			<-ctx.Done()
			return nil
		},
	})
	go func() { stopped <- g.Run(ctx) }()
	if err := <-stopped; err != nil {
		t.Errorf("Run says %v", err)
	}
	if cause := context.Cause(ctx); cause == nil || !strings.Contains(cause.Error(), "user defined signal 1") {
		t.Errorf("the cause is %v", cause)
	}
}

func TestReleasedSignalsEndTheContextWithoutOne(t *testing.T) {
	ctx, hurry, release := Signals(t.Context(), syscall.SIGUSR1)
	release()
	<-ctx.Done()
	select {
	case <-hurry:
		t.Error("hurry is closed")
	default:
	}
}

func TestHangupsAreHandledOneAtATimeAndNoneIsForgotten(t *testing.T) {
	began, goOn := make(chan struct{}), make(chan struct{})
	service := Hangups(func(context.Context) { began <- struct{}{}; <-goOn }, syscall.SIGUSR1)
	send(t, syscall.SIGUSR1) // before it runs
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- service.Run(ctx) }()
	<-began
	send(t, syscall.SIGUSR1)
	goOn <- struct{}{}
	<-began // the second, that arrived during the first
	goOn <- struct{}{}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	send(t, syscall.SIGUSR1) // after its end: it does not end the process
}
