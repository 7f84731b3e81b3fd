package main

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestWhatOnlyOneProcessMayDoEndsAndBeginsWithTheOwnership(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOwnership()
		var works atomic.Int64
		run := o.while(func(ctx context.Context) error {
			works.Add(1)
			<-ctx.Done()
			works.Add(-1)
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 2)
		for range 2 {
			go func() { ended <- run(ctx) }()
		}
		want := func(n int64, when string) {
			t.Helper()
			synctest.Wait()
			if works := works.Load(); works != n {
				t.Errorf("%d work %s", works, when)
			}
		}
		want(2, "at first")
		o.give()
		want(0, "when it is given")
		if !o.given() {
			t.Error("it is not given")
		}
		o.back()
		want(2, "when it is back")
		o.give()
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestAFaultUnderTheOwnershipEndsItsService(t *testing.T) {
	broken := errors.New("broken")
	if err := newOwnership().while(func(context.Context) error { return broken })(t.Context()); !errors.Is(err, broken) {
		t.Error(err)
	}
}
