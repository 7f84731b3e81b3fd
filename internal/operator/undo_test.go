package operator_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Whatever a change names, its undo brings the room back to what it was.
func TestTheUndoOfAChangeBringsEveryMemberBack(t *testing.T) {
	set := operator.Change{
		Rate: ptr[int64](90), MaxInside: ptr[int64](9), Strict: ptr(true), Mode: ptr(queue.ModePause),
		MessageUntil: ptr("2027-01-15T09:00:00Z"),
		Message:      ptr("Gleich."), Messages: map[string]*string{"en": ptr("Soon.")}, Health: ptr(queue.HealthOff),
		Door: ptr(queue.DoorClosed), CloseAt: ptr[int64](70),
		Schedule: &plan.Schedule{Zone: "UTC", Openings: []plan.Opening{{Days: []string{"monday"}, Start: "08:00", End: "09:00"}}},
	}
	given, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	var named map[string]json.RawMessage
	if err := json.Unmarshal(given, &named); err != nil {
		t.Fatal(err)
	}
	for _, name := range operator.Members() {
		if _, ok := named[name]; !ok && name != "burst" { // it follows the rate
			t.Errorf("%s is not tried", name)
		}
	}
	h := newHouse(t)
	h.languages = []string{"de", "en"}
	before, err := h.Get(h.as(staff), "termine")
	if err != nil {
		t.Fatal(err)
	}
	after, err := h.ask(set)
	if err != nil || after.Undo == nil {
		t.Fatalf("%+v, %v", after.Undo, err)
	}
	again, err := json.Marshal(after.Undo)
	if err != nil {
		t.Fatal(err)
	}
	undo := operator.Change{IfVersion: after.Version}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(again, &fields); err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		if detail, known := undo.Read(name, value); detail != "" || !known {
			t.Errorf("%s %s: %s", name, value, detail)
		}
	}
	back, err := h.ask(undo)
	if err != nil {
		t.Fatal(err)
	}
	h.tick()
	now, err := h.Get(h.as(staff), "termine")
	if err != nil || back.Undo == nil {
		t.Fatalf("%+v, %v", back.Undo, err)
	}
	before.Version, before.AsOf = now.Version, now.AsOf
	if !reflect.DeepEqual(before, now) {
		t.Errorf("before %+v\nafter %+v", before, now)
	}
	same, err := h.ask(operator.Change{Rate: &now.Rate})
	if err != nil || same.Undo != nil {
		t.Errorf("a change that changes nothing has the undo %+v, %v", same.Undo, err)
	}
}

// A file may have a rate of 0. Whoever changes it cannot ask for it again: a pause does the same.
func TestARateOfNothingIsRefusedAndUndoneByAPause(t *testing.T) {
	h := newHouse(t)
	_, err := h.ask(operator.Change{Rate: ptr[int64](0)})
	var invalid *operator.InvalidError
	if !errors.As(err, &invalid) || len(invalid.Fields) != 1 || invalid.Fields[0].Field != "rate" || !strings.Contains(invalid.Fields[0].Detail, "pause") {
		t.Fatalf("%v", err)
	}
	h.reconfigure("b", func(d *queue.Document) { d.Pace.Rate = 0 })
	h.tick()
	h.tick()
	info, err := h.ask(operator.Change{Rate: ptr[int64](90), Burst: ptr[int64](3)})
	if err != nil || info.Undo == nil || info.Undo.Rate != nil || info.Undo.Mode == nil || *info.Undo.Mode != queue.ModePause {
		t.Fatalf("%+v, %v", info.Undo, err)
	}
	if info, err = h.ask(*info.Undo); err != nil || info.Mode != queue.ModePause {
		t.Errorf("%s, %v", info.Mode, err)
	}
}
