package sim

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// small is an hour with 400 people for 60 places that open after five minutes. They have no habits but to wait.
func small(change func(*scenarios.Scenario)) scenarios.Scenario {
	s := scenarios.Speyer()
	s.Ends, s.Counted = s.Starts.Add(time.Hour), s.Starts.Add(time.Hour)
	opens := s.Starts.Add(5 * time.Minute)
	s.Gate.Schedule.Openings = []plan.Opening{{Dates: []string{"2021-06-14"}, Lobby: "07:30", Start: "07:35", End: "08:25", Standby: 20}}
	offer(&s, 60)
	c := &s.Crowd
	c.Waves = []scenarios.Wave{{Name: "one", Opens: opens, People: 400, Curve: []scenarios.Point{
		{At: -3 * time.Minute}, {At: 0, Weight: 1}, {At: 10 * time.Minute},
	}}}
	c.Impatient, c.Tabs, c.Devices, c.Reloads, c.Sleepers, c.Bots, c.NoShow, c.Cancels = 0, 0, 0, 0, 0, 0, 0, 0
	s.Expect = nil
	if change != nil {
		change(&s)
	}
	return s
}

// offer sets how many places there are, at the site and in the plan.
func offer(s *scenarios.Scenario, places int) {
	s.Portal.Calendar.Places = places
	s.Portal.Calendar.Contingents = []demo.Contingent{{Opens: s.Starts.Add(5 * time.Minute), Places: places}}
	s.Gate.Schedule.Openings[0].Quota = int64(places)
}

// play runs with a tick every two seconds unless the test says otherwise: fewer snapshots, the same rules.
func play(t *testing.T, cfg Config) scenarios.Result {
	t.Helper()
	if cfg.Tick == 0 {
		cfg.Tick = 2 * time.Second
	}
	r, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// behind plays a scenario behind the gate and expects that every rule holds and every place is booked.
func behind(t *testing.T, s scenarios.Scenario) scenarios.Result {
	t.Helper()
	return judged(t, s, Config{Scenario: s, Gate: true, Seed: 7})
}

func judged(t *testing.T, s scenarios.Scenario, cfg Config) scenarios.Result {
	t.Helper()
	r := play(t, cfg)
	for _, f := range s.Judge(&r) {
		if !f.Kept {
			t.Errorf("%s: %s", f.Promise, f.Figure)
		}
	}
	for _, v := range r.Violations {
		t.Error(v)
	}
	if r.Site.Booked != r.Site.Places {
		t.Errorf("%d of %d booked", r.Site.Booked, r.Site.Places)
	}
	p := r.People
	if sum := p.Booked + p.GaveUp + p.Told + p.TurnedAway + p.Absent + p.Remaining; sum != p.All {
		t.Errorf("%d of %d people have an end: %+v", sum, p.All, p)
	}
	return r
}

func TestTheSameSeedIsTheSameDay(t *testing.T) {
	// With every habit that Speyer's crowd has.
	s := small(func(s *scenarios.Scenario) {
		waves := s.Crowd.Waves
		waves[0].People = 150
		s.Crowd = scenarios.Speyer().Crowd
		s.Crowd.Waves = waves
	})
	for _, gate := range []bool{false, true} {
		one, two := play(t, Config{Scenario: s, Gate: gate, Seed: 1}), play(t, Config{Scenario: s, Gate: gate, Seed: 1})
		one.Cost, two.Cost = scenarios.Cost{}, scenarios.Cost{}
		if !reflect.DeepEqual(one, two) {
			t.Errorf("gate %v: two runs with one seed differ", gate)
		}
		three := play(t, Config{Scenario: s, Gate: gate, Seed: 2})
		if three.UntilBooked == one.UntilBooked {
			t.Errorf("gate %v: another seed changes nothing", gate)
		}
	}
}

func TestSpeyerIsBookedBehindTheGate(t *testing.T) {
	full := scenarios.Speyer()
	s, err := full.Scale(speyerShare)
	if err != nil {
		t.Fatal(err)
	}
	// It promises that the first is called within two seconds.
	r := judged(t, s, Config{Scenario: s, Gate: true, Seed: 7, Tick: time.Second})
	if r.People.All != int64(s.People()) || r.People.Told == 0 || r.Site.Cancelled == 0 || r.People.Returned == 0 {
		t.Errorf("this was another day: %+v %+v", r.Site, r.People)
	}
}

func TestSpeyerWithoutAGateCollapses(t *testing.T) {
	s := scenarios.Speyer()
	s.Counted = s.Opens().Add(30 * time.Minute)
	r := play(t, Config{Scenario: s, Seed: 1})
	if first := int64(625); r.Site.Booked == 0 || r.Site.Booked > first/4 {
		t.Errorf("%d of %d booked in the first half hour", r.Site.Booked, first)
	}
	if r.Site.Crashes == 0 || r.Site.Over == 0 || r.Line != (scenarios.Line{}) {
		t.Errorf("this was another day: %+v %+v", r.Site, r.Line)
	}
}

func TestWhoWaitsInVainIsTold(t *testing.T) {
	r := behind(t, small(nil))
	if r.People.Booked != 60 || r.People.Told != 340 || r.People.TurnedAway != 0 || r.People.Remaining != 0 {
		t.Errorf("%+v", r.People)
	}
	if r.Line.ToldIn == 0 || r.Line.ToldIn > 36*time.Second {
		t.Errorf("the last who looked at the page read it after %v", r.Line.ToldIn)
	}
}

func TestTheRoomOpensByItsPlan(t *testing.T) {
	r := behind(t, small(nil))
	if l := r.Line; l.Opened != 1 || l.Early != 0 || l.Lobby < 20 || l.First < l.Spread || l.First > l.Spread+2*time.Second {
		t.Errorf("%+v", l)
	}
	// A plan that is ahead of the site lets people in for nothing, and that is seen.
	early := small(func(s *scenarios.Scenario) { s.Gate.Schedule.Openings[0].Start = "07:32" })
	if _, err := Run(t.Context(), Config{Scenario: early, Gate: true}); err == nil || !strings.Contains(err.Error(), "must open when") {
		t.Errorf("%v", err)
	}
}

func TestNobodyIsLetInBehindTheEnd(t *testing.T) {
	s := small(func(s *scenarios.Scenario) {
		offer(s, 300)
		s.Gate.Schedule.Openings[0].End = "07:37"
	})
	r := play(t, Config{Scenario: s, Gate: true, Seed: 1})
	// Two minutes at 60, and what was called when the end came.
	if r.Line.Entered < 80 || r.Line.Entered > 140 || r.People.Told < 250 || r.People.Remaining != 0 || r.Checked.Violations > 0 {
		t.Errorf("%+v %+v %v", r.Line, r.People, r.Violations)
	}
}

func TestWhoWaitsOverTheEndKeepsTheOrder(t *testing.T) {
	for carry, want := range map[bool]int64{true: 100, false: 0} {
		s := small(func(s *scenarios.Scenario) {
			o := &s.Gate.Schedule.Openings[0]
			o.End, o.CarryOver = "07:50", carry
			next := *o
			next.Lobby, next.Start, next.End = "", "08:00", "08:25"
			offer(s, 60)
			next.Quota = 100
			s.Gate.Schedule.Openings = append(s.Gate.Schedule.Openings, next)
			c := &s.Portal.Calendar
			c.Contingents = append(c.Contingents, demo.Contingent{Opens: s.Starts.Add(30 * time.Minute), Places: 100})
			c.Places = 160
			o.Standby = 300
			s.Gate.Schedule.Openings[0].Standby = 300
		})
		r := play(t, Config{Scenario: s, Gate: true, Seed: 7})
		if r.Checked.Violations != 0 || r.Line.Opened != 2 {
			t.Errorf("carry over %v: opened %d times, %v", carry, r.Line.Opened, r.Violations)
		}
		if booked := r.Site.Booked - 60; booked != want || r.Line.Carried != want {
			t.Errorf("carry over %v: %d booked in the second opening, %d of those let in had come before it", carry, booked, r.Line.Carried)
		}
	}
}

func TestStandbyPlacesAreCalledInOrderAsPlacesComeFree(t *testing.T) {
	s := small(func(s *scenarios.Scenario) {
		s.Crowd.Cancels, s.Crowd.CancelIn = 0.2, 10*time.Minute
		s.Gate.Schedule.Openings[0].End = "08:29"
	})
	r := judged(t, s, Config{Scenario: s, Gate: true, Seed: 7, Tick: time.Second})
	if r.Site.Cancelled < 3 || r.Line.StoodBy < r.Site.Cancelled/2 || r.Site.Made != 60+r.Site.Cancelled || r.Line.Overtaken != 0 {
		t.Errorf("%+v %+v", r.Site, r.Line)
	}
}

func TestADoorThatIsClosedEarlyKeepsTheLine(t *testing.T) {
	r := behind(t, small(func(s *scenarios.Scenario) { s.Gate.Schedule.Openings[0].CloseAt = 150 }))
	if l := r.Line; l.ClosedAt < 140 || l.ClosedAt > 150 || l.Told < 150 || l.Tickets+l.Told != 400 || l.Refused != 0 {
		t.Errorf("%+v", l)
	}
}

func TestAQuotaOfPairsIsNotExceeded(t *testing.T) {
	s := scenarios.WithPairs(small(func(s *scenarios.Scenario) { offer(s, 200) }))
	s.Crowd.Pairs = 0.5
	s.Expect = nil
	r := behind(t, s)
	if r.People.Booked < 120 || r.People.Booked > 150 || r.People.TurnedAway > 3 {
		t.Errorf("%d people have 200 places, %d found nothing", r.People.Booked, r.People.TurnedAway)
	}
}

func TestAStoreThatCountsNothingLetsPeopleInForNothing(t *testing.T) {
	s := small(nil)
	r := play(t, Config{Scenario: s, Gate: true, Seed: 7, around: func(below queue.Store) queue.Store { return deaf{below} }})
	broken := 0
	for _, f := range s.Judge(&r) {
		if !f.Kept {
			broken++
		}
	}
	if r.People.TurnedAway < 100 || broken == 0 {
		t.Errorf("%d were let in for nothing, %d promises broken", r.People.TurnedAway, broken)
	}
}

// deaf hears of no booking.
type deaf struct{ queue.Store }

func (d deaf) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (queue.Reported, error) {
	var rest []queue.Outcome
	for _, o := range outcomes {
		if o.Kind != queue.Booked {
			rest = append(rest, o)
		}
	}
	if len(rest) == 0 {
		return queue.Reported{}, nil
	}
	return d.Store.Report(ctx, teller, rest) //nolint:wrapcheck // the store's own
}

func TestACallerHasAPlaceInTheSameLine(t *testing.T) {
	r := behind(t, small(func(s *scenarios.Scenario) {
		w := s.Crowd.Waves[0]
		w.People, w.Callers = 100, true
		s.Crowd.Waves = append(s.Crowd.Waves, w)
	}))
	if r.People.Callers != 100 || r.People.CallersBooked < 3 || r.People.CallersBooked > 30 {
		t.Errorf("%d of %d callers booked, about a fifth of 60 places are theirs", r.People.CallersBooked, r.People.Callers)
	}
}

func TestACancelledRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Config{Scenario: small(nil), Gate: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestATickThatIsNoMultipleOfAStepIsRefused(t *testing.T) {
	for _, tick := range []time.Duration{-time.Second, time.Millisecond, 75 * time.Millisecond, time.Hour} {
		if _, err := Run(t.Context(), Config{Scenario: small(nil), Tick: tick}); err == nil || !strings.Contains(err.Error(), "tick") {
			t.Errorf("%v: %v", tick, err)
		}
	}
}

func TestAnInvalidScenarioIsRefused(t *testing.T) {
	if _, err := Run(t.Context(), Config{}); err == nil || !strings.Contains(err.Error(), "crowd.waves") {
		t.Errorf("%v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestAJournalThatCannotBeWrittenIsAnError(t *testing.T) {
	_, err := Run(t.Context(), Config{Scenario: small(nil), Gate: true, Journal: fullDisk{}})
	if err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("%v", err)
	}
}
