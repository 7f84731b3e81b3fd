package stores

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/queuetest"
)

// judged lets all rules of the journal judge every answer of a factory's stores. The driver asks for the judgement in the histories
// in which nobody forges anything, since a forged ticket or memory breaks what the rules take for granted. One store is enough: the
// other one has to answer the same.
func judged(factory queuetest.Factory) queuetest.Factory {
	return func(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
		t.Helper()
		s := factory(t, clock)
		var broken error
		var story []journal.Event
		rules, err := journal.New(journal.Config{Ordered: true, Report: func(v journal.Violation) {
			if broken == nil {
				broken = errors.New(v.String() + told(story, v.Event.Visitor))
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		sink := func(e journal.Event) {
			story = append(story, e)
			rules.Observe(e)
		}
		r := &journal.Recorder{Store: s.Store, Sink: sink, Clock: clock.Now, Figures: true}
		return queuetest.Subject{
			Store: r,
			Lose: func() {
				s.Lose()
				r.Lost()
			},
			Broken: func() error { return broken },
		}
	}
}

// told is what the journal tells of a visitor and of losses.
func told(story []journal.Event, id journal.ID) string {
	var b strings.Builder
	for _, e := range story {
		if e.Kind == journal.Lose || e.Kind == journal.Restore || e.Visitor == id || e.Move != nil && e.Move.To == id {
			fmt.Fprintf(&b, "\n  at %d: %s: number %d of epoch %d, order %d: %v %d, away %v, until %d, started %d", e.At, e.Kind, e.Number, e.Epoch,
				e.Order, queue.State(e.State), e.Reason, e.Away, e.Until, e.Started)
		}
	}
	return b.String()
}

// stuck gives every arrival the number of the first one.
type stuck struct {
	queue.Store
	first queue.Place
}

func (s *stuck) Join(ctx context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	reply, err := s.Store.Join(ctx, arrivals)
	for i := range reply.Places {
		p := &reply.Places[i].Place
		if s.first.Number == 0 {
			s.first = *p
		}
		p.Number, p.Order = s.first.Number, s.first.Order
	}
	return reply, err
}

func TestAStoreThatBreaksARuleIsJudged(t *testing.T) {
	clock := queuetest.NewClock(1_800_000_000_000)
	s := judged(func(t testing.TB, clock *queuetest.Clock) queuetest.Subject {
		m := memory(t, clock)
		m.Store = &stuck{Store: m.Store}
		return m
	})(t, clock)
	d := queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Burst: 1}, Timing: queue.DefaultTiming()}
	if err := s.Restore(t.Context(), queue.Watermark{Document: d}); err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		if err := s.Broken(); err != nil {
			t.Fatalf("after %d arrivals: %v", n, err)
		}
		if _, err := s.Join(t.Context(), []queue.Arrival{{Visitor: queuetest.Visitor(n)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Broken(); err == nil || !strings.Contains(err.Error(), string(journal.RuleUnique)) {
		t.Errorf("a number that is given twice is judged as %v", err)
	}
}
