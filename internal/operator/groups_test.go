package operator_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

func groupsOf(names ...string) *plan.Schedule {
	s := &plan.Schedule{}
	for _, name := range names {
		s.Groups = append(s.Groups, plan.Group{Name: name})
	}
	return s
}

func TestAGroupIsNotMovedToAnotherLaneWhileTheRoomHasPlaces(t *testing.T) {
	h := newHouse(t)
	if _, err := h.ask(operator.Change{Schedule: groupsOf("over80", "residents"), Rate: ptr[int64](0)}); err != nil {
		t.Fatal(err)
	}
	h.tick()
	if _, err := h.ask(operator.Change{Schedule: groupsOf("residents", "over80")}); err != nil {
		t.Errorf("in an empty room: %v", err)
	}
	j, err := h.room.Arrive(queue.Arrival{Lane: 1})
	if err != nil || j.State != queue.StateWaiting {
		t.Fatalf("%+v, %v", j, err)
	}
	h.tick()
	moved := operator.Change{Schedule: groupsOf("over80", "residents")}
	refused := func(err error) {
		t.Helper()
		var bad *operator.InvalidError
		if !errors.As(err, &bad) || len(bad.Fields) != 1 || bad.Fields[0].Field != "schedule.groups" ||
			!strings.Contains(bad.Fields[0].Detail, "over80 would get the lane of residents") {
			t.Errorf("got %v", err)
		}
	}
	_, err = h.ask(moved)
	refused(err)
	_, err = h.PreviewPlan(operator.NewContext(t.Context(), staff), "termine", moved)
	refused(err)
	h.tick()
	if d := h.room.View().Snapshot.Document; d.Schedule() != groupsOf("residents", "over80").Encode() {
		t.Errorf("the schedule is %s", d.Schedule())
	}
	if _, err := h.ask(operator.Change{Schedule: groupsOf("residents", "over80", "staff")}); err != nil {
		t.Errorf("one more: %v", err)
	}
}
