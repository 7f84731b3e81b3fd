package redisstore_test

import (
	"context"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// factory makes stores on the shared server.
func factory(t testing.TB, timing queue.Timing, clock *queuetest.Clock) queuetest.Subject {
	t.Helper()
	server := redistest.Shared(t)
	client, room := server.Client(t), server.Room(t)
	store, err := redisstore.New(client, redisstore.Config{Room: room, Timing: timing, Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	return queuetest.Subject{
		Store: store,
		Lose: func() {
			if err := redistest.Forget(context.Background(), client, room); err != nil {
				t.Fatal(err)
			}
		},
	}
}

func TestConformance(t *testing.T) {
	redistest.Shared(t) // for all subtests together
	queuetest.Run(t, factory)
}
