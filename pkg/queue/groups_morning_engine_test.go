package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// groupMorning is a morning for those over 80, and an afternoon for everybody, played in minutes: the door is asked as a gateway asks it.
type groupMorning struct {
	*engine
	calendar *plan.Calendar
	all      []*member
	entered  []*member // in the order in which they went in
	away     map[string]int
}

func newGroupMorning(t *testing.T) *groupMorning {
	t.Helper()
	first, second := today(1, 2, 5), today(7, 8, 25)
	first.Quota, second.Quota = 0, 0
	first.Who, first.CarryOver = []string{"over80"}, true
	s := plan.Schedule{
		Zone: "UTC", Groups: []plan.Group{{Name: "over80", Title: "80 und älter", Share: 3}}, Openings: []plan.Opening{first, second},
	}
	cfg := queue.RoomConfig{Planner: plan.Planner{}, Document: runs(20, 1)}
	cfg.Document.SetSchedule(s.Encode())
	g := &groupMorning{engine: newEngine(t, cfg), away: map[string]int{}}
	var problems []plan.Problem
	if g.calendar, problems = plan.Parse(&s); len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

// comes lets somebody come, who gets a place if the door lets the group in.
func (g *groupMorning) comes(group string) bool {
	g.t.Helper()
	f := &g.room.View().Snapshot
	d := g.calendar.DoorNow(&f.Opening, time.UnixMilli(f.Now))
	lane, _ := g.calendar.Lane(group)
	if !d.Lets(group) || f.Opening.Phase == queue.PhaseClosed {
		g.away[group]++
		return false
	}
	g.all = append(g.all, g.member(group, lane))
	return true
}

// second lets time go by, everybody poll, and those who are called go in.
func (g *groupMorning) second() {
	g.t.Helper()
	g.pass(time.Second)
	var waiting []*member
	for _, m := range g.all {
		if !m.entered {
			waiting = append(waiting, m)
		}
	}
	g.polls(waiting)
	for _, m := range waiting {
		if m.entered {
			g.entered = append(g.entered, m)
		}
	}
}

func (g *groupMorning) minute() int64 { return (g.now.Load() - engineStart) / 60_000 }

func TestAMorningOfOneGroupAndAnAfternoonOfAll(t *testing.T) {
	g := newGroupMorning(t)
	over80, others := 0, 0
	for ; g.minute() < 24; g.second() {
		if g.minute() < 5 && over80 < 100 && g.comes("over80") {
			over80++
		}
		if others < 120 && g.comes(plan.Everybody) {
			others++
		}
		if f := &g.room.View().Snapshot; g.minute() < 7 && (f.Heads[0] != 0 || f.Sketches[0].Waiting > 0 || others > 0) {
			t.Fatalf("minute %d: somebody without a group stands in the line of those over 80", g.minute())
		}
	}
	if over80 != 100 || others != 120 || g.away[plan.Everybody] < 4*60 {
		t.Fatalf("%d over 80 and %d others came, %v were told to come later", over80, others, g.away)
	}
	var last [queue.Lanes]queue.Order
	in := map[string]int{}
	carried, beside := 0, 0
	for _, m := range g.entered {
		in[m.group]++
		if m.place.Order <= last[m.place.Lane] {
			t.Errorf("%s with number %d went in behind a later one", m.group, m.place.Number)
		}
		last[m.place.Lane] = m.place.Order
		if m.called < engineStart+(8*time.Minute).Milliseconds() {
			continue
		}
		if m.group == "over80" {
			carried++
		} else if in["over80"] < 100 {
			beside++
		}
	}
	if in["over80"] != 100 || in[plan.Everybody] != 120 {
		t.Errorf("%v went in", in)
	}
	// Who was not called in the morning keeps the place, and three of four calls are theirs until all have gone in.
	if carried < 20 || beside < carried/3-2 || beside > carried/3+2 {
		t.Errorf("%d over 80 went in the afternoon, and %d others meanwhile", carried, beside)
	}
}
