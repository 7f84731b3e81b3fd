package queuetest_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue/queuetest"
)

func BenchmarkModel(b *testing.B) {
	queuetest.Bench(b, func(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
		s := queuetest.ModelFactory(t, clock)
		s.Bytes = queuetest.HeapBytes
		return s
	})
}
