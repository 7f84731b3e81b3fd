package scenarios

import (
	"fmt"
	"slices"
	"time"

	"github.com/einlass/einlass/internal/demo"
)

// Memmingen is the registration of May 2021 that was run over within seconds.
func Memmingen() Scenario {
	at := on(2021, 5, 10)
	site := demo.Speyer()
	site.Town, site.Service, site.Address = "Musterstadt", "Warteliste", "Impfzentrum, Musterstadt"
	site.Curve.Coherency = 0.0005
	site.Calendar = calendar(2021, 5, 17, 5, time.Hour, demo.Contingent{Opens: at(10, 0), Places: 5000})
	crowd := ordinary()
	crowd.Reload = 10 * time.Second
	crowd.Waves = []Wave{
		{Name: "seconds before ten", Opens: at(10, 0), People: 10_000, Curve: []Point{
			{-10 * time.Second, 0}, {-3 * time.Second, 1}, {0, 2}, {5 * time.Second, 0.4}, {time.Minute, 0.02}, {5 * time.Minute, 0},
		}},
		{Name: "as word spreads", Opens: at(10, 0), People: 4_000, Curve: []Point{
			{0, 0}, {15 * time.Minute, 1}, {time.Hour, 0.6}, {5 * time.Hour, 0},
		}},
	}
	return Scenario{
		Name: "memmingen", Title: "Memmingen, May 2021", Factor: 1,
		Happened: "10,000 hits within seconds before 10:00; the server could not even publish its own link. " +
			"1,900 on the waiting list by 11:15, over 5,000 by the afternoon, closed early.",
		Assumed: "One person a hit, 4,000 more as word spreads. The list ends at 5,000. The day of the month. The server is " +
			"Speyer's but for one parameter, which was fitted to the 1,900. 75 a minute is a fifth of what it can do.",
		Starts: at(9, 50), Ends: at(16, 0), Counted: at(11, 15),
		Crowd: crowd, Portal: site, Gate: gateOf("memmingen.yaml"),
		Expect: []Expectation{
			atTheHour(), allBooked(), told(), toldSoon(), noneTurnedAway(), handedOn(),
			measured("line.lobby", Expectation{"the crowd is absorbed before the hour", func(r *Result) (bool, string) {
				return r.Line.Lobby > 0, fmt.Sprintf("%d in the lobby at the hour, %d numbers in the busiest second", r.Line.Lobby, r.Line.PeakJoins)
			}}),
			{"the line is closed early, and those outside are told", func(r *Result) (bool, string) {
				return r.Line.ClosedAt > 0 && r.Line.Told > 0, fmt.Sprintf("closed with %d in line, %d told at the door", r.Line.ClosedAt, r.Line.Told)
			}},
		},
	}
}

// Speyer is 14 June 2021: 2,500 places in four contingents, 330 booked by the evening.
func Speyer() Scenario {
	at := on(2021, 6, 14)
	crowd := ordinary()
	for i, hour := range []int{8, 11, 14, 17} {
		people := 5000
		if i == 0 {
			people = 6000
		}
		crowd.Waves = append(crowd.Waves, Wave{
			Name: fmt.Sprintf("for %d o'clock", hour), Opens: at(hour, 0), People: people, Curve: forTheHour(),
		})
	}
	return Scenario{
		Name: "speyer", Title: "Speyer, 14 June 2021", Factor: 1,
		Happened: "2,500 places in equal contingents at 8, 11, 14 and 17 h, 800 stand-by places in the last. People from all of " +
			"Germany although only residents were eligible. 330 of 2,500 booked by evening; double bookings; cancelled " +
			"places to hand on.",
		Assumed: "21,000 people, as for the portal's own parameters (see internal/demo/README.md), whose server was fitted to " +
			"the 330. Two of a hundred bookings are given back. 60 a minute is a third of what the server can do.",
		Starts: at(7, 30), Ends: at(20, 30), Counted: at(19, 0),
		Crowd: crowd, Portal: demo.Speyer(), Gate: gateOf("speyer.yaml"),
		Expect: []Expectation{
			atTheHour(), allBooked(), told(), toldSoon(), noneTurnedAway(), handedOn(),
			measured("line.carried", Expectation{"who got nothing keeps the order for the next contingent", func(r *Result) (bool, string) {
				return r.Line.Carried > 0 && r.Line.Overtaken == 0,
					fmt.Sprintf("%d let in who had come for an earlier contingent, %d overtaken", r.Line.Carried, r.Line.Overtaken)
			}}),
		},
	}
}

// Hessen is January 2021, day one: 8 million hits and 2 million calls for 60,000 places.
func Hessen() Scenario {
	at := on(2021, 1, 12)
	site := demo.Speyer()
	site.Town, site.Service, site.Address = "Musterland", "Impftermin", "Regionales Impfzentrum, Musterland"
	site.Calendar = calendar(2021, 1, 19, 30, time.Hour, demo.Contingent{Opens: at(8, 0), Places: 60_000})
	site.Curve = demo.Curve{
		Rate: 10, Contention: 0.01, Coherency: 0.000345,
		Workers: 600, Queue: 400, CrashAt: 960, CrashAfter: 4 * time.Minute, Recovery: 2 * time.Minute,
	}
	crowd := ordinary()
	crowd.Reload, crowd.Patience = 2*time.Minute, 16*time.Minute
	crowd.Impatient, crowd.Stay, crowd.AwakeFor = 0.9, 10*time.Minute, time.Hour
	surge := []Point{
		{-20 * time.Minute, 0},
		{-2 * time.Minute, 0.6},
		{0, 1},
		{10 * time.Minute, 0.7},
		{time.Hour, 0.25},
		{4 * time.Hour, 0.15},
		{10 * time.Hour, 0.02},
	}
	crowd.Waves = []Wave{
		{Name: "at browsers", Opens: at(8, 0), People: 800_000, Curve: surge},
		{Name: "at the hotline", Opens: at(8, 0), People: 50_000, Callers: true, Curve: []Point{{0, 1}, {10 * time.Hour, 0.2}}},
	}
	return Scenario{
		Name: "hessen", Title: "Hesse, January 2021", Factor: 1,
		Happened: "8 million web hits and 2 million calls on day one, 60,000 places, 9,000 booked; web and hotline both down.",
		Assumed: "Ten hits a person, so 800,000 at browsers. Most callers met an engaged line: agents take a place in the same " +
			"line for 50,000. The places open at 8 h and all at once. The server was fitted to about 9,000 bookings. Nine of ten " +
			"do not stay when they read how many are ahead. 240 a minute is about a third of what the server can do.",
		Starts: at(7, 30), Ends: at(20, 0), Counted: at(20, 0),
		Hotline: Hotline{Agents: 40, Take: 6 * time.Second, Dial: 40 * time.Second, Linked: 0.5},
		Crowd:   crowd, Portal: site, Gate: gateOf("hesse.yaml"),
		Expect: []Expectation{
			atTheHour(), allBooked(), told(), toldSoon(), noneTurnedAway(), handedOn(),
			{"millions of hits cost the site nothing", func(r *Result) (bool, string) {
				return r.Site.Requests <= 8*(r.Line.Entered+1), fmt.Sprintf("%d hits at the gate, %d requests at the site for %d people let in",
					r.Line.Hits, r.Site.Requests, r.Line.Entered)
			}},
			{"people who cannot use the web get their share in the same line", func(r *Result) (bool, string) {
				return r.People.Callers == 0 || r.People.CallersBooked > 0,
					fmt.Sprintf("%d of %d callers booked", r.People.CallersBooked, r.People.Callers)
			}},
		},
	}
}

// Goeppingen is January 2021: 1.6 million requests in 5.5 hours and a page that showed what was no longer so.
func Goeppingen() Scenario {
	at := on(2021, 1, 19)
	site := demo.Speyer()
	site.Service, site.Address = "Impftermin", "Kreisimpfzentrum, Musterkreis"
	site.Calendar = calendar(2021, 1, 25, 12, time.Hour, demo.Contingent{Opens: at(8, 0), Places: 4000})
	crowd := ordinary()
	crowd.Reload, crowd.Patience = 30*time.Second, 30*time.Minute
	crowd.Reloads, crowd.ReloadIn = 0.4, 20*time.Second
	crowd.Waves = []Wave{{Name: "all morning", Opens: at(8, 0), People: 27_000, Curve: []Point{
		{-15 * time.Minute, 0}, {0, 1}, {20 * time.Minute, 0.8}, {90 * time.Minute, 0.3}, {5 * time.Hour, 0.1},
	}}}
	return Scenario{
		Name: "goeppingen", Title: "Göppingen, January 2021", Factor: 1,
		Happened: "1.6 million requests in 5.5 hours; the page showed a stale state until the browser was restarted.",
		Assumed: "27,000 people, who with these habits make about so many requests; 4,000 places from 8 h; Speyer's server. " +
			"Four of ten do not believe the page and reload it every 20 seconds.",
		Starts: at(7, 30), Ends: at(13, 30), Counted: at(13, 30),
		Crowd: crowd, Portal: site, Gate: gateOf("goeppingen.yaml"),
		Expect: []Expectation{atTheHour(), allBooked(), told(), toldSoon(), noneTurnedAway(), handedOn(), fresh(time.Second)},
	}
}

// calendar is one of so many days from 8 to 18 h, released by one contingent.
func calendar(year, month, day, days int, every time.Duration, c demo.Contingent) demo.Calendar {
	return demo.Calendar{
		First: on(year, month, day)(0, 0), Days: days, From: 8 * time.Hour, To: 18 * time.Hour, Every: every,
		Places: c.Places, Contingents: []demo.Contingent{c},
	}
}

// on makes times of one day, on the clock on the wall in Germany.
func on(year, month, day int) func(hour, minute int) time.Time {
	// The portal's calendar has a time zone; taking it from there means that both always agree.
	zone := demo.Speyer().Calendar.First.Location()
	return func(hour, minute int) time.Time {
		return time.Date(year, time.Month(month), day, hour, minute, 0, 0, zone)
	}
}

// WithPairs is the same morning on which every visit may book twice and three of ten people do, for somebody in their home. The last
// places are then fewer than what those inside may still take, and some who are let in for them find nothing.
func WithPairs(s Scenario) Scenario {
	s.Name, s.Title = s.Name+"-pairs", s.Title+", two places a visit"
	s.Crowd.Pairs = 0.3
	s.Gate.Schedule.Openings = slices.Clone(s.Gate.Schedule.Openings)
	for i := range s.Gate.Schedule.Openings {
		s.Gate.Schedule.Openings[i].Per = 2
	}
	s.Expect = []Expectation{atTheHour(), allBooked(), told(), toldSoon(), fewTurnedAway(0.001), handedOn()}
	return s
}
