package queuetest

import (
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/queuetest/model"
)

func TestAnswersThatNoOrderExplainsAreFound(t *testing.T) {
	m := model.New(NewClock(startMS).Now)
	if err := m.Restore(t.Context(), queue.Watermark{Document: suiteDocument()}); err != nil {
		t.Fatal(err)
	}
	empty := m.Clone()
	ops := make([]porcupine.Operation, 3)
	for i := range ops {
		ops[i].Input = step{verb: "join", place: queue.Place{Visitor: Visitor(i)}}
		ops[i].Output = ops[i].Input.(step).play(t.Context(), m)
	}
	times := func(spans ...int64) []porcupine.Operation {
		for i := range ops {
			ops[i].Call, ops[i].Return = spans[2*i], spans[2*i+1]
		}
		return ops
	}
	if wrong := explain(empty, times(1, 2, 3, 4, 5, 6)); wrong != "" {
		t.Errorf("one after the other: %s", wrong)
	}
	if wrong := explain(empty, times(1, 9, 2, 8, 3, 7)); wrong != "" {
		t.Errorf("all at once: %s", wrong)
	}
	if wrong := explain(empty, times(3, 4, 1, 2, 5, 6)); wrong == "" {
		t.Error("number two was given before number one and nothing was found")
	}
	ops[2].Output = ops[1].Output
	if wrong := explain(empty, times(1, 9, 2, 8, 3, 7)); wrong == "" {
		t.Error("a number was given twice and nothing was found")
	}
}
