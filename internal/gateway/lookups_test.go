package gateway_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// findCounter counts how often a store is asked where a place stands.
type findCounter struct {
	queue.Store

	finds atomic.Int64
}

func (c *findCounter) Find(ctx context.Context, o queue.Order) (queue.Found, error) {
	c.finds.Add(1)
	return c.Store.Find(ctx, o)
}

// Number and code are asked for as often as anybody likes. What it costs the store is bounded.
func TestHoweverOftenAPlaceIsAskedForTheStoreIsAskedOnceASecond(t *testing.T) {
	s := newFixture(t, closed)
	count := &findCounter{Store: s.stores["termine"].Store}
	s.stores["termine"].Store = count
	phone := s.browser()
	phone.load("GET", "/")
	code := phone.code()
	friend := s.browser()
	for range 50 {
		says200(t, friend.asks("1", code), "The place is in the queue")
	}
	if n := count.finds.Load(); n != 1 {
		t.Errorf("50 questions in one moment asked the store %d times", n)
	}
	phone.load("POST", "/.einlass/leave?room=termine", own...)
	s.pass(time.Second)
	says200(t, friend.asks("1", code), "This place is not valid any more")
}
