package sim

import (
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
)

// strange is a small hour with strangers of one kind, with the promises that hold for any crowd.
func strange(change func(*scenarios.Scenario)) scenarios.Scenario {
	return small(func(s *scenarios.Scenario) {
		s.Strangers.ParkedEvery, s.Strangers.ReturnIn = 20*time.Minute, 2*time.Minute
		s.Gate.Schedule.Openings[0].Standby = 1_000_000 // whoever comes gets a number, when all is booked too
		change(s)
	})
}

// held plays it and expects that every rule holds.
func held(t *testing.T, s scenarios.Scenario) scenarios.Result {
	t.Helper()
	r := play(t, Config{Scenario: s, Gate: true, Seed: 7, ShownEvery: 1})
	for _, f := range s.Judge(&r) {
		if !f.Kept {
			t.Errorf("%s: %s", f.Promise, f.Figure)
		}
	}
	for _, v := range r.Violations {
		t.Error(v)
	}
	if want := r.People.All + r.People.Devices + r.Nobody.Came() - r.Line.Told; r.Line.Tickets != want {
		t.Errorf("%d numbers for %d who came", r.Line.Tickets, want)
	}
	p := r.People
	if sum := p.Booked + p.GaveUp + p.Told + p.TurnedAway + p.Absent + p.Remaining; sum != p.All {
		t.Errorf("%d of %d people have an end: %+v", sum, p.All, p)
	}
	return r
}

func TestPageLoadsWithoutCookiesTakeNoMoreThanANumberEach(t *testing.T) {
	for name, perMinute := range map[string]float64{"twelve a minute": 12, "as many as it can": mostLoads} {
		t.Run(name, func(t *testing.T) {
			s := strange(func(s *scenarios.Scenario) {
				s.Strangers.Loads = []scenarios.Loads{{From: s.Starts, To: s.Starts.Add(30 * time.Minute), PerMinute: perMinute}}
			})
			r := held(t, s)
			n := r.Nobody
			if n.Loads != int64(30*perMinute) || n.Numbers != n.Loads {
				t.Errorf("%d loads took %d numbers, want %v of both", n.Loads, n.Numbers, 30*perMinute)
			}
			// What has not been heard of is passed over after Confirm. Behind a line nothing of it is ever called.
			if cost := n.Unclaimed + n.Entries; cost > r.Line.Entered/10 {
				t.Errorf("%d calls and entries were nobody's, beside %d entries", cost, r.Line.Entered)
			}
			t.Logf("%d of %d entries were nobody's, nobody took %d of %d calls; %d of %d places booked; waits %v",
				n.Entries, r.Line.Entered, n.Unclaimed, r.Line.Called, r.Site.Booked, r.Site.Places, r.Waits)
		})
	}
}

func TestAStrangerWhoIsLetInAtOnceAsksForOnePage(t *testing.T) {
	s := strange(func(s *scenarios.Scenario) {
		s.Gate.Schedule.Openings[0].Lobby = ""
		s.Crowd.Waves[0].Curve = []scenarios.Point{{At: 40 * time.Minute}, {At: 50 * time.Minute, Weight: 1}} // long after
		s.Strangers.Loads = []scenarios.Loads{{From: s.Starts.Add(5 * time.Minute), To: s.Starts.Add(15 * time.Minute), PerMinute: 6}}
	})
	r := held(t, s)
	if n := r.Nobody; n.Entries == 0 || n.Entries != n.Numbers || r.Site.Requests < n.Entries {
		t.Errorf("%+v, %d requests", n, r.Site.Requests)
	}
	if r.Waits.N != r.Line.Entered-r.Nobody.Entries {
		t.Errorf("waits of %d are counted, %d people were let in", r.Waits.N, r.Line.Entered-r.Nobody.Entries)
	}
}

func TestATicketThatIsCalledAndNeverClaimsCostsOneCall(t *testing.T) {
	r := held(t, strange(func(s *scenarios.Scenario) {
		s.Strangers.Silent = 40
		offer(s, 300)
	}))
	if n := r.Nobody; n.Silent != 40 || n.Entries != 0 || n.Unclaimed < 10 || n.Unclaimed > 40 {
		t.Errorf("%+v", n)
	}
}

func TestAParkedTicketIsPassedOverAndComesBack(t *testing.T) {
	r := held(t, strange(func(s *scenarios.Scenario) {
		s.Strangers.Parked, s.Strangers.ParkedEvery = 40, 11*time.Minute
		offer(s, 300)
	}))
	if n := r.Nobody; n.Parked != 40 || n.Entries > 20 || n.Unclaimed+n.Entries > 2*n.Numbers {
		t.Errorf("%+v", n)
	}
	// Taken before everybody else, and not in their way: the first of the people are in within two minutes of the opening.
	if r.Waits.P50 > 10*time.Minute {
		t.Errorf("half of the people waited longer than %v", r.Waits.P50)
	}
}

func TestACopiedCookieBuysOneStay(t *testing.T) {
	plain := behind(t, small(nil))
	r := held(t, strange(func(s *scenarios.Scenario) { s.Strangers.Copied = 1 }))
	if n := r.Nobody; n.Copies != 400 || n.SecondStays != 0 || r.Line.Tickets != 400 || r.People.Booked != 60 {
		t.Errorf("%+v %+v", n, r.People)
	}
	if r.Line.Pages < plain.Line.Pages+60 {
		t.Errorf("%d pages after %d: no copy tried again", r.Line.Pages, plain.Line.Pages)
	}
}

func TestFourTabsAtOnceAreThreeNumbersOfNobodys(t *testing.T) {
	r := held(t, strange(func(s *scenarios.Scenario) { s.Strangers.AtOnce = 1 }))
	if n := r.Nobody; n.AtOnce != 1200 || n.Numbers != 1200 || n.Unclaimed+n.Entries > r.Line.Entered/10 {
		t.Errorf("%+v", n)
	}
}

func TestWhoClosedThePageComesBackToTheOldPlace(t *testing.T) {
	r := held(t, strange(func(s *scenarios.Scenario) {
		s.Crowd.Impatient, s.Crowd.Stay, s.Crowd.Polite = 0.3, 3*time.Minute, 0
		s.Strangers.Return = 1
		offer(s, 300)
	}))
	if n := r.Nobody; n.Left < 60 || n.Back < n.Left/2 || r.People.Returned == 0 || r.Line.Tickets != 400 {
		t.Errorf("%+v %+v", n, r.People)
	}
}

func TestTheStrangersOfAMorningHoldItsPromises(t *testing.T) {
	memmingen := scenarios.Memmingen()
	sc, err := memmingen.Scale(0.03)
	if err != nil {
		t.Fatal(err)
	}
	s := scenarios.WithStrangers(sc)
	r := held(t, s)
	if n := r.Nobody; n.Loads == 0 || n.Silent == 0 || n.Parked == 0 || n.Copies == 0 || n.AtOnce == 0 || n.Back == 0 {
		t.Errorf("%+v", n)
	}
}
