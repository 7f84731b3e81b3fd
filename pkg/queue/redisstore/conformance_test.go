package redisstore_test

import (
	"context"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// factory makes stores on one server, which lasts as long as the outer test.
func factory(outer testing.TB) queuetest.Factory {
	outer.Helper()
	server := redistest.Shared(outer)
	client := server.Client(outer)
	return func(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
		t.Helper()
		room := server.Room(t)
		store, err := redisstore.New(client, redisstore.Config{Room: room, Clock: clock.Now})
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
			Release: func(format int) queue.Store { return store.Release(format) },
		}
	}
}

func TestConformance(t *testing.T) { queuetest.Run(t, factory(t)) }

func TestConcurrentVerbsAreLinearizable(t *testing.T) { queuetest.Linearizable(t, factory(t)) }

func BenchmarkStore(b *testing.B) { queuetest.Bench(b, factory(b)) }

func TestDifferential(t *testing.T) {
	queuetest.Differential(t, queuetest.ModelFactory, factory(t))
}
