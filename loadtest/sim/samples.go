package sim

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
)

// samples follow the run over time.
type samples struct {
	out         []scenarios.Sample
	recentWaits []float32

	minute       []int64 // entries of each tick of the last minute
	minuteAt     int
	minuteSum    int64
	calledSeen   int64 // by the last snapshot
	admittedSeen int64
	joinedNow    int64 // in the second at hand
	second       int32

	ticks, allowed int64 // since the last sample: snapshots, and the sum of their rates

	lastCalled, lastRequests, lastErrors int64
	hitsTo                               int // the second up to which hits are in samples
}

// framed takes the figures of a new snapshot.
func (s *sim) snapshotTaken() {
	f, l := &s.room.snapshot, &s.line
	if f.Called < s.calledSeen || f.Admitted < s.admittedSeen {
		s.calledSeen, s.admittedSeen = f.Called, f.Admitted // the store counts anew, from a copy of itself or from nothing
	}
	l.Called += f.Called - s.calledSeen
	entries := f.Admitted - s.admittedSeen
	s.calledSeen, s.admittedSeen = f.Called, f.Admitted
	s.minuteSum += entries - s.minute[s.minuteAt]
	s.minute[s.minuteAt] = entries
	s.minuteAt = (s.minuteAt + 1) % len(s.minute)
	l.MaxMinute = max(l.MaxMinute, s.minuteSum)
	s.ticks++
	pace := &f.Document.Pace
	if o := &f.Opening; pace.Mode == queue.ModeRun && o.Phase == queue.PhaseOpen && !o.SoldOut() {
		s.allowed += pace.Rate * o.Share / 1000
	}
	if l.First < 0 && f.Called > 0 {
		l.First = time.UnixMilli(f.Now).Sub(s.opens)
	}
	l.MaxInside = max(l.MaxInside, (f.Counted+999)/1000)
	l.Longest = max(l.Longest, f.Waiting)
	l.Rate, l.Burst, l.Bound = max(l.Rate, pace.Rate), max(l.Burst, pace.Burst), max(l.Bound, pace.MaxInside)
	if sec := s.now / 1000; sec != s.second {
		l.PeakJoins = max(l.PeakJoins, s.joinedNow)
		s.second, s.joinedNow = sec, 0
	}
}

// sample writes down the state; span is how many minutes have passed since the one before.
func (s *sim) sample(span float64) {
	load, tally, f := s.site.capacity.Load(), s.site.ledger.Tally(s.at()), &s.room.snapshot
	errs := int64(load.Busy + load.Refused + load.Lost)
	errs += s.site.timeouts
	one := scenarios.Sample{
		At: s.start.Unix() + int64(s.now/1000), InFlight: s.site.peak, Booked: int64(tally.Standing),
		Requests: s.site.requests - s.lastRequests, Errors: errs - s.lastErrors, Down: s.site.capacity.Down(),
	}
	if s.cfg.Gate {
		one.Waiting, one.Inside, one.Called = f.Waiting+f.Front, f.Live, int64(float64(s.line.Called-s.lastCalled)/span)
		if s.ticks > 0 {
			one.Allowed = s.allowed / s.ticks
		}
		one.Hits = s.hitsSince()
		if n := len(s.recentWaits); n > 0 {
			slices.Sort(s.recentWaits)
			one.Wait = float64(s.recentWaits[n/2])
		}
	} else {
		one.Waiting = int64(s.active)
	}
	s.lastCalled, s.lastRequests, s.lastErrors = s.line.Called, s.site.requests, errs
	s.ticks, s.allowed = 0, 0
	s.recentWaits, s.site.peak = s.recentWaits[:0], int64(load.InFlight())
	s.out = append(s.out, one)
}

// hitsSince sums up the hits at the gate since the last sample. Polls were counted at their second, some of them ahead of
// their time, so only seconds that are over count.
func (s *sim) hitsSince() int64 {
	n, to := int64(0), min(int(s.now/1000), len(s.hits))
	for _, h := range s.hits[s.hitsTo:to] {
		n += int64(h)
	}
	s.hitsTo = to
	return n
}

// result puts together what the run ended with.
func (s *sim) result(v verdict) scenarios.Result {
	sc := &s.cfg.Scenario
	r := scenarios.Result{
		Scenario: sc.Name, Title: sc.Title, Medium: "virtual time", Gate: s.cfg.Gate, Factor: sc.Factor, Seed: s.seed,
		Opens: s.opens, Starts: sc.Starts, Ends: sc.Ends,
		Waits: scenarios.QuantilesOf(s.waits), UntilBooked: scenarios.QuantilesOf(s.untilBooked), Samples: s.out,
	}
	s.siteResult(&r.Site)
	r.People = s.fates()
	if !s.cfg.Gate {
		return r
	}
	r.Line = s.line
	r.Line.Overtaken, r.Line.CodesTwice = v.overtaken, s.twice()
	r.Line.StoreOps, r.Line.Entries = s.room.ops, s.room.entries
	r.Line.Refused = int64(len(s.people)-len(s.arrivals)) - r.Line.Tickets - r.Line.Told
	r.Nobody = s.strangersResult()
	for _, h := range s.hits {
		r.Line.PeakHits = max(r.Line.PeakHits, int64(h))
	}
	r.Checked = scenarios.Checked{
		Events: v.summary.Events, Visitors: v.summary.Numbers, Shown: v.shown, Violations: v.summary.Violations + s.oddities,
	}
	r.Violations = v.texts
	if s.oddities > 0 {
		r.Violations = append(r.Violations, strconv.FormatInt(s.oddities, 10)+" tickets were spent before they bought a stay")
	}
	return r
}

func (s *sim) siteResult(r *scenarios.Site) {
	load, tally := s.site.capacity.Load(), s.site.ledger.Tally(s.at())
	*r = scenarios.Site{
		Places: int64(tally.Places), Booked: int64(tally.Standing), Made: int64(tally.Made), Cancelled: int64(tally.Cancelled),
		DoubleRefused: int64(tally.DoubleRefused), Double: int64(tally.Double),
		Requests: s.site.requests, Served: int64(load.Served), Refused: int64(load.Busy + load.Refused), Lost: int64(load.Lost),
		Timeouts: s.site.timeouts, Crashes: int64(load.Crashes), Peak: int64(load.Peak),
		Knee: int64(s.cfg.Scenario.Portal.Curve.Knee()), PeakRate: int64(load.PeakRate), Over: load.Over, Down: load.DownTime,
	}
}

// fates counts persons by the better end of their devices.
func (s *sim) fates() scenarios.People {
	p := s.count
	for i := range s.people {
		c := &s.people[i]
		if c.kind != somebody {
			continue
		}
		if c.is(tabs) {
			p.Tabs++
		}
		if !c.owner {
			p.Devices++
			continue
		}
		p.All++
		if c.is(bot) {
			p.Bots++
		}
		end := c.state
		if c.other > 0 {
			end = max(end, s.people[c.other-1].state)
		}
		if c.is(caller) {
			p.Callers++
			if end == booked {
				p.CallersBooked++
			}
			if end == booked && c.is(assisted) {
				p.CallersAssisted++
			}
			if s.rings(c) && c.number > 0 {
				p.CallersNumbered++
			}
		}
		switch end {
		case booked:
			p.Booked++
		case turnedAway:
			p.TurnedAway++
		case told:
			p.Told++
		case gaveUp, dropped:
			p.GaveUp++
		case asleep, away:
			p.Absent++
		default:
			p.Remaining++
		}
	}
	return p
}

// peakRSS is the most memory that the process has had so far, 0 where the system does not tell.
func peakRSS() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb << 10
		}
	}
	return 0
}
