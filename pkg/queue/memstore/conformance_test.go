package memstore_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/queuetest"
)

func factory(t testing.TB, timing queue.Timing, clock *queuetest.Clock) queuetest.Subject {
	s, err := memstore.New(memstore.Config{Timing: timing, Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return queuetest.Subject{Store: s, Lose: s.Lose}
}

func TestTheMemoryStoreConforms(t *testing.T) { queuetest.Run(t, factory) }

func TestTheMemoryStoreAnswersAsTheModelDoes(t *testing.T) {
	queuetest.Differential(t, queuetest.ModelFactory, factory)
}
