package main

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestWhatRepeatsIsCountedAndNotWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.InfoLevel)
		total := 0
		r := newRepeats(zap.New(core), func(n int) { total += n })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- r.run(ctx) }()
		often := r.often().With(zap.String("room", "a"))
		load := func(n int) {
			for i := range n {
				often.Warn("not forwarded", zap.Int("try", i))
				often.Debug("too fine")
			}
			often.Error("another")
		}
		lines := func(message string) int { return logs.FilterMessage(message).Len() }
		left := func() map[string]int64 {
			all := map[string]int64{}
			for _, e := range logs.FilterMessage("lines like this were left out").All() {
				all[fmt.Sprint(e.Level, " ", e.ContextMap()["like"])] += e.ContextMap()["lines"].(int64)
			}
			return all
		}
		load(100_000)
		if n := lines("not forwarded"); n != repeatsKept || lines("another") != 1 || len(left()) != 0 {
			t.Errorf("%d lines at once, want %d: %v", n, repeatsKept, left())
		}
		time.Sleep(repeatsFor + time.Second)
		synctest.Wait()
		if got := left(); got["warn not forwarded"] != 100_000-repeatsKept || len(got) != 1 {
			t.Errorf("after a minute: %v", got)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := lines("lines like this were left out"); n != 1 {
			t.Errorf("%d lines about nothing", n-1)
		}
		load(50)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		want := int64(100_000 + 50 - lines("not forwarded"))
		if got := left()["warn not forwarded"]; got != want || int64(total) != want || lines("not forwarded") != 2*repeatsKept {
			t.Errorf("at the end %d are told and %d counted, want %d", got, total, want)
		}
		if lines("too fine") != 0 || left()["debug too fine"] != 0 {
			t.Error("lines below the level count")
		}
		for i := range 2 * repeatsOf { // messages that are no constants fill no memory
			for range repeatsKept + 1 {
				often.Warn(fmt.Sprintf("never twice %d", i))
			}
		}
		if len(r.seen) > repeatsOf+1 {
			t.Errorf("counts of %d lines", len(r.seen))
		}
	})
}
