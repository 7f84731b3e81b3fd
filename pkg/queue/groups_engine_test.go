package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// member is somebody of a group, who polls every few seconds and goes in when called.
type member struct {
	group     string
	place     queue.Place
	low, high time.Duration // told first
	told      int64
	called    int64
	entered   bool
}

// polls lets everybody who waits poll, and go in when called.
func (e *engine) polls(all []*member) {
	e.t.Helper()
	for _, m := range all {
		if m.entered {
			continue
		}
		a := e.room.Poll(m.place, -1)
		if m.told == 0 && a.High > 0 {
			m.low, m.high, m.told = a.Low, a.High, e.now.Load()
		}
		if a.State != queue.StateCalled && a.State != queue.StateFull {
			continue
		}
		if m.called == 0 {
			m.called = e.now.Load()
		}
		s, err := e.room.Claim(m.place)
		if err != nil {
			e.t.Fatal(err)
		}
		m.entered = s.State == queue.StateInside
	}
}

func (e *engine) member(group string, lane uint8) *member {
	e.t.Helper()
	j, err := e.room.Arrive(queue.Arrival{Lane: lane})
	if err != nil || j.Place.Number == 0 {
		e.t.Fatalf("%s: %+v, %v", group, j, err)
	}
	return &member{group: group, place: j.Place, entered: j.State == queue.StateInside}
}

// TestTheRangesToldToEachGroupAreKept lets two groups wait that share the pace three to one: each is called within what its own page said,
// though the one waits three times as long for a place as the other.
func TestTheRangesToldToEachGroupAreKept(t *testing.T) {
	s := plan.Schedule{Groups: []plan.Group{{Name: "over80", Share: 3}}}
	cfg := queue.RoomConfig{Planner: plan.Planner{}, Document: runs(60, 1)}
	cfg.Document.SetSchedule(s.Encode())
	e := newEngine(t, cfg)
	e.pass(3 * time.Second)
	var all []*member
	for range 120 {
		all = append(all, e.member("over80", 1), e.member(plan.Everybody, 0))
	}
	// Both groups are there until the first has gone in: 120 of it, and 40 of the other.
	both := 0
	for range 400 {
		e.pass(time.Second)
		e.polls(all)
		left := map[string]int{}
		for _, m := range all {
			if !m.entered {
				left[m.group]++
			}
		}
		if left["over80"] > 0 {
			both = left[plan.Everybody]
		}
		if len(left) == 0 {
			break
		}
	}
	if in := 120 - both; in < 37 || in > 43 {
		t.Errorf("%d without a group have gone in beside 120 of the group, want a third", in)
	}
	kept, told := map[string]int{}, map[string]int{}
	for i, m := range all {
		switch {
		case m.called == 0 && !m.entered:
			t.Fatalf("%d of %s was never called", i, m.group)
		case m.told == 0 || m.called == 0:
			continue
		case m.group == plan.Everybody && i > 2*35:
			continue // the pace becomes all of theirs meanwhile, which is sooner than was told
		}
		took := time.Duration(m.called-m.told) * time.Millisecond
		told[m.group]++
		if took >= m.low-3*time.Second && took <= m.high+3*time.Second {
			kept[m.group]++
		}
	}
	for group, n := range told {
		if kept[group] < n*9/10 {
			t.Errorf("%s: %d of %d ranges were kept", group, kept[group], n)
		}
	}
	if told["over80"] < 100 || told[plan.Everybody] < 30 {
		t.Errorf("told are %v", told)
	}
}

// TestAGroupThatIsAloneHasAllOfThePace also while the store is away and gateways admit by themselves.
func TestAGroupThatIsAloneHasAllOfThePace(t *testing.T) {
	s := plan.Schedule{Groups: []plan.Group{{Name: "over80", Share: 9}, {Name: "staff"}}}
	cfg := queue.RoomConfig{Planner: plan.Planner{}, Document: runs(60, 1), OnFailure: queue.FailLocal}
	cfg.Document.SetSchedule(s.Encode())
	e := newEngine(t, cfg)
	e.pass(3 * time.Second)
	var all []*member
	for range 60 {
		all = append(all, e.member("staff", 2))
	}
	e.pass(time.Second)
	last := e.room.Poll(all[59].place, -1)
	if last.Low > 62*time.Second || last.High < 55*time.Second || last.High > 100*time.Second {
		t.Errorf("the last of 60 in the only lane is told %v to %v at 60 a minute", last.Low, last.High)
	}
	before := e.room.View().Snapshot.HeadNumbers[2]
	for range 20 {
		e.pass(time.Second)
		e.polls(all)
	}
	if n := e.room.View().Snapshot.HeadNumbers[2] - before; n < 18 || n > 23 {
		t.Errorf("%d were called in 20 s at 60 a minute", n)
	}
}

// TestWithoutItsStoreAGatewayAdmitsEachGroupByItsShare takes the store away while two groups wait.
func TestWithoutItsStoreAGatewayAdmitsEachGroupByItsShare(t *testing.T) {
	s := plan.Schedule{Groups: []plan.Group{{Name: "over80", Share: 3}}}
	cfg := queue.RoomConfig{Planner: plan.Planner{}, Document: runs(60, 1), OnFailure: queue.FailLocal}
	cfg.Document.SetSchedule(s.Encode())
	e := newEngine(t, cfg)
	e.pass(3 * time.Second)
	var all []*member
	for range 100 {
		all = append(all, e.member("over80", 1), e.member(plan.Everybody, 0))
	}
	e.pass(time.Second)
	e.store.gone = true
	e.pass(10 * time.Second)
	in := map[string]int{}
	for range 80 {
		e.pass(time.Second)
		for _, m := range all {
			if m.entered || e.room.Poll(m.place, -1).State != queue.StateCalled {
				continue
			}
			if s, err := e.room.Claim(m.place); err == nil && s.State == queue.StateInside {
				m.entered = true
				in[m.group]++
			}
		}
	}
	if a, b := in["over80"], in[plan.Everybody]; b < 10 || a < 5*b/2 || a > 7*b/2 {
		t.Errorf("%d of the group and %d others were let in, want three to one", a, b)
	}
}
