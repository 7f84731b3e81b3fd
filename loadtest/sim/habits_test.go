package sim

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

func TestTabsPollTwiceAndGetOneStay(t *testing.T) {
	plain := behind(t, small(nil))
	r := behind(t, small(func(s *scenarios.Scenario) { s.Crowd.Tabs = 1 }))
	if r.People.Tabs != 400 || r.Line.Tickets+r.Line.Told != 400 || r.People.Booked != 60 {
		t.Errorf("%+v %+v", r.People, r.Line)
	}
	if r.Line.Polls < plain.Line.Polls*3/2 || r.Line.Entries > plain.Line.Entries*4/3 {
		t.Errorf("polls %d after %d, entries of store calls %d after %d",
			r.Line.Polls, plain.Line.Polls, r.Line.Entries, plain.Line.Entries)
	}
}

func TestASecondDeviceIsASecondTicketButNotASecondBooking(t *testing.T) {
	r := behind(t, small(func(s *scenarios.Scenario) {
		s.Crowd.Devices, s.Crowd.Greedy = 1, 1
		s.Crowd.React = time.Second
	}))
	if r.People.Devices != 400 || r.Line.Tickets+r.Line.Told != 800 || r.Site.DoubleRefused == 0 || r.Site.Double != 0 {
		t.Errorf("%+v %+v", r.People, r.Site)
	}
	open := small(func(s *scenarios.Scenario) {
		s.Crowd.Devices, s.Crowd.Greedy, s.Portal.GuardOff = 1, 1, true
	})
	if r := play(t, Config{Scenario: open, Gate: true, Seed: 7}); r.Site.Double == 0 {
		t.Error("without the guard nobody was booked twice")
	}
	modest := behind(t, small(func(s *scenarios.Scenario) { s.Crowd.Devices, s.Crowd.Greedy = 1, 0 }))
	if modest.Site.DoubleRefused >= r.Site.DoubleRefused {
		t.Errorf("%d refused although nobody tries, %d when all do", modest.Site.DoubleRefused, r.Site.DoubleRefused)
	}
}

func TestSleepingPhonesComeBackInTheirOldOrder(t *testing.T) {
	s := small(func(s *scenarios.Scenario) {
		s.Crowd.Sleepers, s.Crowd.AwakeFor, s.Crowd.SleepFor = 0.5, 4*time.Minute, 12*time.Minute
		offer(s, 200)
		s.Gate.Pace.Rate = 30
	})
	r := play(t, Config{Scenario: s, Gate: true, Seed: 7})
	if r.People.Sleeps == 0 || r.People.Returned == 0 || r.Checked.Violations > 0 {
		t.Errorf("%+v %v", r.People, r.Violations)
	}
}

func TestAPhoneThatSleepsForFiveMinutesKeepsItsPlace(t *testing.T) {
	r := behind(t, small(func(s *scenarios.Scenario) {
		s.Crowd.Sleepers, s.Crowd.AwakeFor, s.Crowd.SleepFor = 1, 10*time.Minute, 10*time.Second
	}))
	if r.People.Sleeps == 0 || r.People.Returned > 3 {
		t.Errorf("%d slept for seconds, %d of them were passed over", r.People.Sleeps, r.People.Returned)
	}
}

func TestWhoIsAwayWhenCalledUsesUpNoPlace(t *testing.T) {
	r := behind(t, small(func(s *scenarios.Scenario) { s.Crowd.NoShow, s.Crowd.AwayBy = 0.5, time.Minute }))
	if r.People.NoShows < 10 || r.People.Returned == 0 || r.Line.Called <= r.Line.Entered {
		t.Errorf("%+v %+v", r.People, r.Line)
	}
}

func TestWhoLeavesUsesUpNoCall(t *testing.T) {
	r := behind(t, small(func(s *scenarios.Scenario) {
		s.Crowd.Impatient, s.Crowd.Stay = 0.7, 30*time.Second
		s.Crowd.React = time.Second
	}))
	// Whoever is called ahead when the last slot goes is not let in.
	if r.People.GaveUp < 100 || r.Line.Called-r.Line.Entered > 20 {
		t.Errorf("%d gave up, %d called and %d let in", r.People.GaveUp, r.Line.Called, r.Line.Entered)
	}
}

func TestReloadsAreHitsAtTheGateOnly(t *testing.T) {
	plain := behind(t, small(nil))
	r := behind(t, small(func(s *scenarios.Scenario) { s.Crowd.Reloads, s.Crowd.ReloadIn = 1, 10*time.Second }))
	if r.Line.Pages < 3*plain.Line.Pages || r.Site.Requests > plain.Site.Requests*5/4 {
		t.Errorf("pages %d after %d, requests at the site %d after %d",
			r.Line.Pages, plain.Line.Pages, r.Site.Requests, plain.Site.Requests)
	}
}

func TestGivenBackPlacesGoToTheNextInLine(t *testing.T) {
	r := behind(t, small(func(s *scenarios.Scenario) { s.Crowd.Cancels, s.Crowd.CancelIn = 0.2, 3*time.Minute }))
	if r.Site.Cancelled == 0 || r.Site.Made != 60+r.Site.Cancelled {
		t.Errorf("%+v", r.Site)
	}
}

func TestBotsCostPollsAndGainNothing(t *testing.T) {
	plain := behind(t, small(nil))
	s := small(func(s *scenarios.Scenario) { s.Crowd.Bots = 0.3 })
	var lines bytes.Buffer
	cfg := Config{Scenario: s, Gate: true, Seed: 7, Journal: &lines}
	r := play(t, cfg)
	if r.Line.Polls < 2*plain.Line.Polls || r.Line.Entries > 2*plain.Line.Entries || r.Checked.Violations > 0 {
		t.Errorf("polls %d after %d, entries of store calls %d after %d", r.Line.Polls, plain.Line.Polls, r.Line.Entries, plain.Line.Entries)
	}
	// Whoever follows the page enters at most a click and three polls after the bot with the number beside, and the time by which calls
	// run ahead of the pace, divided by the chance that a call is claimed, 0.2 at least: whoever is called enters in the order of claims.
	gain := gainOfBots(t, cfg, &lines)
	if limit := s.Crowd.React + 4*s.Gate.PollMin + 5*s.Gate.Timing.Lead; gain > limit {
		t.Errorf("bots entered %v earlier than people beside them, a quicker click explains %v", gain, limit)
	}
}

// gainOfBots is by how much earlier bots entered than the person with the nearest number, on average.
func gainOfBots(t *testing.T, cfg Config, lines *bytes.Buffer) time.Duration {
	t.Helper()
	isBot := map[journal.ID]bool{}
	s, err := prepare(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.check.finish()
	for who := range s.people {
		isBot[journal.ID(visitorID(cfg.Seed, uint32(who)))] = s.people[who].is(bot)
	}
	type entry struct {
		number uint64
		at     int64
		bot    bool
	}
	var all []entry
	for dec := json.NewDecoder(lines); dec.More(); {
		var e journal.Event
		if err := dec.Decode(&e); err != nil {
			t.Fatal(err)
		}
		if e.Kind == journal.Claim && queue.State(e.State) == queue.StateInside {
			all = append(all, entry{e.Number, e.At, isBot[e.Visitor]})
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return int(a.number) - int(b.number) })
	var sum, n int64
	for i := 1; i < len(all); i++ {
		if a, b := all[i-1], all[i]; a.bot != b.bot {
			d := b.at - a.at
			if b.bot {
				d = -d
			}
			sum, n = sum+d, n+1
		}
	}
	if n < 10 {
		t.Fatalf("only %d pairs of a bot and a person", n)
	}
	return time.Duration(sum/n) * time.Millisecond
}

func TestWithoutAGatePeopleLosePatience(t *testing.T) {
	short := small(func(s *scenarios.Scenario) { s.Crowd.Patience = time.Minute })
	r := play(t, Config{Scenario: short, Seed: 7})
	if r.People.GaveUp < 200 || r.People.Told != 0 || r.Line.Hits != 0 {
		t.Errorf("%+v", r.People)
	}
}
