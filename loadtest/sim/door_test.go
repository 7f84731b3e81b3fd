package sim

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// letters is the small hour for those who have a code.
func letters(change func(*scenarios.Scenario)) scenarios.Scenario {
	return small(func(s *scenarios.Scenario) {
		s.Gate.Schedule.Groups = []plan.Group{{Name: "over80"}, {Name: "residents"}}
		s.Gate.Schedule.Who = []string{"residents"}
		s.Door = scenarios.Door{Group: "residents", Outsiders: 0.5, Shared: 0.2}
		s.Crowd.Devices = 0.3
		s.Strangers = scenarios.Strangers{Silent: 20}
		if change != nil {
			change(s)
		}
	})
}

func TestOnlyWhoHasACodeGetsIn(t *testing.T) {
	r := behind(t, letters(nil))
	l := r.Line
	if l.AtDoor < 100 || l.Outsiders != 0 || l.CodesTwice != 0 || l.CodeUsed == 0 || l.Borrowed == 0 {
		t.Errorf("told at the door %d, without a code %d, codes of two %d, refused %d, by a code of others %d",
			l.AtDoor, l.Outsiders, l.CodesTwice, l.CodeUsed, l.Borrowed)
	}
}

// A code comes back after a loss with the first sign of life of its ticket. Until then a second place may use it.
func TestCodesAfterCrashes(t *testing.T) {
	s := letters(nil)
	r := judged(t, s, Config{Scenario: s, Gate: true, Seed: 7, Crashes: InARow(60, time.Minute, 50*time.Minute)})
	if l := r.Line; l.Outsiders != 0 || l.CodesTwice > 2*60 || l.CodeUsed == 0 {
		t.Errorf("without a code %d, codes of two %d, refused %d", l.Outsiders, l.CodesTwice, l.CodeUsed)
	}
}

// A store that forgets the code of a ticket lets two in by it.
func TestACodeThatIsForgottenIsSeen(t *testing.T) {
	s := letters(nil)
	r := play(t, Config{Scenario: s, Gate: true, Seed: 7, around: func(below queue.Store) queue.Store { return codeless{below} }})
	if r.Line.CodesTwice == 0 {
		t.Error("nothing is seen of it")
	}
}

type codeless struct{ queue.Store }

func (s codeless) Join(ctx context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	bare := slices.Clone(arrivals)
	for i := range bare {
		bare[i].Code, bare[i].Uses = queue.Code{}, 0
	}
	return s.Store.Join(ctx, bare)
}
