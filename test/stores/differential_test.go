// Package stores drives both stores with the same histories: what the embedded store answers, Redis answers, and the rules of the
// line hold.
package stores

import (
	"context"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/queuetest"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// memory makes embedded stores; losing one means starting a new one in its place.
func memory(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
	t.Helper()
	s := &replaceable{}
	s.replace = func() {
		next, err := memstore.New(memstore.Config{Clock: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		s.Store = next
	}
	s.replace()
	return queuetest.Subject{Store: s, Lose: s.replace}
}

type replaceable struct {
	queue.Store
	replace func()
}

func TestBothStoresGiveTheSameReplies(t *testing.T) {
	server := redistest.Shared(t)
	client := server.Client(t)
	redis := func(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
		t.Helper()
		room := server.Room(t)
		store, err := redisstore.New(client, redisstore.Config{Room: room, Clock: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		return queuetest.Subject{Store: store, Lose: func() {
			if err := redistest.Forget(context.Background(), client, room); err != nil {
				t.Fatal(err)
			}
		}}
	}
	queuetest.Differential(t, judged(memory), redis)
}
