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
	if _, err := h.ask(operator.Change{Schedule: groupsOf("over80", "residents"), Mode: ptr(queue.ModePause)}); err != nil {
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

func TestAPlanSaysWhoMayCome(t *testing.T) {
	h := newHouse(t)
	s := groupsOf("over80", "residents")
	s.Groups[0].Share = 3
	s.Who = []string{"over80"}
	if _, err := h.ask(operator.Change{Schedule: s}); err != nil {
		t.Fatal(err)
	}
	h.tick()
	p, err := h.Plan(h.as(staff), "termine")
	if err != nil || p.Now != "open; who: over80 (share 3)" {
		t.Errorf("now %q, %v", p.Now, err)
	}
	for _, w := range p.Warnings {
		if strings.Contains(w, "nothing comes next") {
			t.Errorf("a room that is always open is warned of: %s", w)
		}
	}
	next := *s
	next.Who = []string{plan.Everybody}
	preview, err := h.PreviewPlan(operator.NewContext(t.Context(), staff), "termine", operator.Change{Schedule: &next})
	want := "now who: everybody (share 1), over80 (share 3), residents (share 1), instead of who: over80 (share 3)"
	if err != nil || len(preview.Changes) == 0 || preview.Changes[0] != want {
		t.Errorf("%q, %v, want %q", preview.Changes, err, want)
	}
	next.Zone, next.Openings = "UTC", []plan.Opening{{
		Days: []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}, Lobby: "23:00", Start: "23:30", End: "23:50",
		Who: []string{"residents"},
	}}
	preview, err = h.PreviewPlan(operator.NewContext(t.Context(), staff), "termine", operator.Change{Schedule: &next})
	if err != nil || !strings.HasSuffix(preview.Plan.Now, "open; who: everybody (share 1), over80 (share 3), residents (share 1)") {
		t.Errorf("now %q, %v", preview.Plan.Now, err)
	}
	said := map[string]bool{}
	for _, e := range preview.Plan.Next {
		said[string(e.What)+": "+e.Words] = true
	}
	if !said["lobby: the lobby opens, who: residents (share 1)"] || !said["start: opens, who: residents (share 1)"] {
		t.Errorf("next %v", said)
	}
}
