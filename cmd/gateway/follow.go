package main

import (
	"context"
	"time"
)

// follow looks each second whether a file has changed, until ctx ends. poll brings a change into force; failed hears of the first of several
// failures in a row, changed of each change.
func follow(ctx context.Context, poll func() (changed bool, err error), failed func(error), changed func()) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		news, err := poll()
		if err != nil && !failing {
			failed(err)
		}
		failing = err != nil
		if news {
			changed()
		}
	}
}
