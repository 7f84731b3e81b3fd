package proxy

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestADrainWaitsForTheLastRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &Backend{limiter: *newLimiter(1, 1)}
		b.limiter.gate.rooms[0] = &b.limiter
		far := &watch{until: time.Now().Add(time.Hour)}
		if err := b.Drain(t.Context()); err != nil {
			t.Fatalf("nobody is there: %v", err)
		}
		if _, _, err := b.limiter.enter(entry{turn: turnPart}, far); err != nil {
			t.Fatal(err)
		}
		waited := make(chan bool, 1)
		go func() {
			p, _, err := b.limiter.enter(entry{turn: turnOpen}, far)
			waited <- p.outside && err == nil
		}()
		synctest.Wait()
		drained := make(chan error, 2)
		for range 2 {
			go func() { drained <- b.Drain(t.Context()) }()
		}
		b.limiter.leave(place{}) // the one that waits takes the place
		if !<-waited {
			t.Fatal("the second request got no place")
		}
		synctest.Wait()
		if len(drained) != 0 {
			t.Fatal("drained while a request is under way")
		}
		b.limiter.leave(place{outside: true})
		for range 2 {
			if err := <-drained; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestADrainEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &Backend{limiter: *newLimiter(1, 0)}
		b.limiter.gate.rooms[0] = &b.limiter
		if _, _, err := b.limiter.enter(entry{turn: turnPart}, nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := b.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		b.limiter.leave(place{})
		if err := b.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
