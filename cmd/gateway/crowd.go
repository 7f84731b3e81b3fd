package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/einlass/einlass/internal/demo/citizens"
)

// startCrowd sends simulated citizens to the demo: enough at once for a line of about a minute, then about as many as
// are let in. The channel is closed when the last one has gone.
func startCrowd(ctx context.Context, gate string) chan struct{} {
	done := make(chan struct{})
	crowd, err := citizens.New(citizens.Config{
		BaseURL: gate, AtOnce: 30, PerMinute: 27, MaxConcurrent: 400,
		Patience: 15 * time.Minute, Seed: uint64(time.Now().UnixNano()),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "no simulated citizens:", err)
		close(done)
		return done
	}
	go func() {
		defer close(done)
		crowd.Run(ctx)
	}()
	return done
}
