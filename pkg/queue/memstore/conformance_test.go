package memstore_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/queuetest"
)

func factory(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
	s, err := memstore.New(memstore.Config{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return queuetest.Subject{Store: s, Lose: s.Lose, Release: func(format int) queue.Store { return s.Release(format) }}
}

func TestTheMemoryStoreAnswersAsTheModelDoes(t *testing.T) {
	queuetest.Differential(t, queuetest.ModelFactory, factory)
}

func TestTheMemoryStoreConforms(t *testing.T) { queuetest.Run(t, factory) }

func TestTheMemoryStoreIsLinearizable(t *testing.T) { queuetest.Linearizable(t, factory) }

func BenchmarkMemoryStore(b *testing.B) { queuetest.Bench(b, factory) }
