package plan

import (
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

var equal = queue.NewOpening().Weights

func TestTheFirstStepOfAnOpeningSetsTheWeightsOfItsLanes(t *testing.T) {
	c := mustParse(t, grouped())
	want := [queue.Lanes]int64{2, 3, 1, 1, 1, 1, 1, 1}
	now := time.Date(2026, 12, 6, 12, 0, 0, 0, time.UTC)
	room := newRoom()
	for _, s := range Next(c, Past{nil, &room.opening}, now) {
		first := s.Rank == 1 && s.Opening != beginning
		if s.SetWeights && s.Weights != want || first && !s.SetWeights {
			t.Errorf("%+v", s)
		}
	}
	plain := *grouped()
	plain.Groups, plain.Everybody, plain.Who = nil, Rest{}, nil
	for i := range plain.Openings {
		plain.Openings[i].Who = nil
	}
	plain.Changes = nil
	for _, s := range Next(mustParse(t, &plain), Past{nil, &room.opening}, now) {
		if s.SetWeights {
			t.Errorf("without groups: %+v", s)
		}
	}
}

// Weights follow the schedule at once, whatever the room does, and stay no longer than the groups.
func TestWeightsFollowTheSchedule(t *testing.T) {
	always := &Schedule{Groups: []Group{{Name: "residents", Share: 4}}}
	other := &Schedule{Groups: []Group{{Name: "residents", Share: 5}}, Everybody: Rest{Share: 7}}
	between := grouped()
	now := time.Date(2026, 12, 9, 12, 0, 0, 0, time.UTC) // no opening is under way
	r := newRoom()
	for i, tc := range []struct {
		schedule *Schedule
		phase    queue.Phase
		weights  [queue.Lanes]int64
	}{
		{always, queue.PhaseOpen, [queue.Lanes]int64{1, 4, 1, 1, 1, 1, 1, 1}},
		{other, queue.PhaseOpen, [queue.Lanes]int64{7, 5, 1, 1, 1, 1, 1, 1}},
		{between, queue.PhaseClosed, [queue.Lanes]int64{2, 3, 1, 1, 1, 1, 1, 1}},
		{contingents(), queue.PhaseClosed, equal},
		{always, queue.PhaseOpen, [queue.Lanes]int64{1, 4, 1, 1, 1, 1, 1, 1}},
		{nil, queue.PhaseOpen, equal},
	} {
		var c *Calendar
		if tc.schedule != nil {
			c = mustParse(t, tc.schedule)
		}
		now = now.Add(time.Minute)
		r.next(c, now)
		r.tick(now)
		if r.opening.Phase != tc.phase || r.opening.Weights != tc.weights {
			t.Errorf("%d: %v with weights %v, want %v with %v", i, r.opening.Phase, r.opening.Weights, tc.phase, tc.weights)
		}
		r.next(c, now)
		if !slices.Equal(Next(c, Past{r.plan, &r.opening}, now), r.plan) {
			t.Errorf("%d: the plan is not settled", i)
		}
	}
}

func TestGroupsTravelInTheDocument(t *testing.T) {
	want := grouped()
	text := want.Encode()
	c, err := Read(text)
	if err != nil || len(c.Groups()) != 2 || !c.Door("2026-12-07 14:00").Open() || c.Door("2026-12-07 08:00").Open() {
		t.Fatalf("%+v, %v", c, err)
	}
	for _, s := range []*Schedule{{Groups: want.Groups}, {Everybody: Rest{Share: 2}}, {Who: want.Who}} {
		if s.Empty() || s.Encode() == "" {
			t.Errorf("%+v says nothing", s)
		}
	}
	if _, err := Read(`{"zone":"UTC","openings":[{"days":["monday"],"start":"08:00"}]}`); err != nil {
		t.Errorf("a schedule of before: %v", err)
	}
	if s, problems := FromJSON([]byte(`{"groups":[{"name":"a","share":2,"tittle":"x"}],"everybody":{"share":"1"}}`)); len(problems) != 2 {
		t.Errorf("%+v, %v", s, problems)
	}
}
