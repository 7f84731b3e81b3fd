package adminclient

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue/plan"
)

func TestThePlanIsShownPreviewedAndChanged(t *testing.T) {
	r := newRoom()
	c := start(t, api(t, r), token)
	s := plan.Schedule{Zone: "Europe/Berlin", Openings: []plan.Opening{{Days: []string{"monday"}, Start: "08:00"}}}
	before, err := c.Plan(t.Context(), "termine")
	if err != nil || before.Version != 1 || !before.Schedule.Empty() {
		t.Fatalf("%+v, %v", before, err)
	}
	p, err := c.PreviewPlan(t.Context(), "termine", operator.Change{Schedule: &s})
	if err != nil || p.Plan.Schedule.Encode() != s.Encode() || len(p.Changes) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if r.d.Schedule() != "" {
		t.Error("a preview has changed the schedule")
	}
	for _, want := range []plan.Schedule{s, {}} {
		info, err := c.Update(t.Context(), "termine", operator.Change{Schedule: &want})
		if err != nil || info.Schedule.Encode() != want.Encode() {
			t.Errorf("%+v: %+v, %v", want, info.Schedule, err)
		}
	}
	if _, err := c.Plan(t.Context(), "nirgends"); !errors.Is(err, ErrUnknownRoom) {
		t.Errorf("another room: %v", err)
	}
}

func TestAPlanOfAnotherServerIsRefused(t *testing.T) {
	for _, body := range []string{
		`{}`, `[]`, `{"id":"kfz","now":"open","next":[],"warnings":[]}`, `{"id":"termine","now":"open","warnings":[]}`, `{"id":"termine","now":"open","next":[],"warnings":[],"version":2}`,
	} {
		c := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Einlass-Api", "1")
			w.Header().Set("ETag", `"1"`)
			_, _ = w.Write([]byte(body))
		}), token)
		if _, err := c.Plan(t.Context(), "termine"); !errors.Is(err, ErrNotAPI) || strings.Contains(err.Error(), token) {
			t.Errorf("%s: %v", body, err)
		}
		if _, err := c.PreviewPlan(t.Context(), "termine", operator.Change{}); !errors.Is(err, ErrNotAPI) {
			t.Errorf("preview %s: %v", body, err)
		}
	}
}
