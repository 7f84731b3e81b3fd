package main

import (
	"context"
	"errors"
	"syscall"
	"time"

	"go.uber.org/zap"
)

// filesTick is how long what needs a file descriptor is left alone when there is none.
const filesTick = 50 * time.Millisecond

// untilThereAreFiles does something once more as long as it fails for want of a file descriptor, and ctx has not ended: connections that end
// make room. It answers the last error. The log hears of the first one.
func untilThereAreFiles(ctx context.Context, log *zap.Logger, do func() error) error {
	tick := time.NewTicker(filesTick)
	defer tick.Stop()
	for told := false; ; told = true {
		err := do()
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) {
			return err
		}
		if !told {
			log.Warn("no file descriptor is free, trying again", zap.Error(err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}
