package lent_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/lent"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/queuetest/model"
)

// lend serves the stores that room answers and makes a client of them.
func lend(t testing.TB, room func(id string) queue.Store) *lent.Client {
	t.Helper()
	ours, theirs := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- lent.Serve(theirs, room) }()
	c := lent.NewClient(ours)
	t.Cleanup(func() {
		_ = c.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return c
}

// factory makes a model that is used over a connection. Rooms named by a number are as a release of that format uses it.
func factory(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
	m := model.New(clock.Now)
	c := lend(t, func(id string) queue.Store {
		if format, err := strconv.Atoi(id); err == nil {
			return m.Release(format)
		}
		return m
	})
	return queuetest.Subject{
		Store: c.Store("termine"), Lose: m.Lose,
		Release: func(format int) queue.Store { return c.Store(strconv.Itoa(format)) },
	}
}

func TestALentStoreConforms(t *testing.T) { queuetest.Run(t, factory) }

func TestALentStoreAnswersAsTheModelDoes(t *testing.T) {
	queuetest.Differential(t, queuetest.ModelFactory, factory)
}

// blocked is a store whose Snapshot waits for the end of its context.
type blocked struct{ queue.Store }

func (blocked) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	<-ctx.Done()
	return queue.Snapshot{}, fmt.Errorf("%w: %w", queue.ErrUnavailable, ctx.Err())
}

func TestACallerWaitsNoLongerThanItsTimeLimit(t *testing.T) {
	c := lend(t, func(string) queue.Store { return blocked{} })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if _, err := c.Store("a").Snapshot(ctx); !errors.Is(err, queue.ErrUnavailable) {
		t.Error(err)
	}
	<-ctx.Done() // the other process may have been first
	if _, err := c.Store("a").Snapshot(ctx); !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestAProcessThatIsGoneIsAStoreThatIsAway(t *testing.T) {
	c := lend(t, func(string) queue.Store { return nil })
	if _, err := c.Store("a").Snapshot(t.Context()); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("a room that is not there: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Store("a").Snapshot(t.Context()); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("after the end of the connection: %v", err)
	}
}
