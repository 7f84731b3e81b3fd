package site

import (
	"fmt"
	"time"

	"github.com/einlass/einlass/internal/demo"
)

// Length is how long a morning is.
const Length = 90 * time.Minute

// Case is a morning with a line that never ends.
type Case struct {
	Name  string
	Think time.Duration
	// Pace is entries as a part of the site's capacity.
	Pace   float64
	Factor func(time.Duration) float64
	Away   func(time.Duration) bool
	// Possible is the part of its capacity that the site could have used.
	Possible float64
}

// Bookings is how many a second the site of Speyer can take at its best.
func Bookings() float64 {
	d := demo.Speyer()
	return d.Curve.Throughput(d.Curve.Knee()) / d.Work.Path()
}

// Cases are all mornings: four kinds of people by four kinds of mornings.
func Cases() (cases []Case) {
	between := func(t, from, to time.Duration) bool { return t >= from && t < to }
	for _, think := range []time.Duration{120 * time.Millisecond, 1200 * time.Millisecond, 6 * time.Second, 18 * time.Second} {
		cases = append(cases,
			Case{Name: fmt.Sprintf("calm, pages of %v", think), Think: think, Pace: 0.6, Possible: 0.6},
			Case{Name: fmt.Sprintf("pace of twice the capacity, pages of %v", think), Think: think, Pace: 2, Possible: 1},
			Case{
				Name: fmt.Sprintf("capacity halved for 20 minutes, pages of %v", think), Think: think, Pace: 0.8,
				Factor: func(t time.Duration) float64 {
					if between(t, 30*time.Minute, 50*time.Minute) {
						return 2
					}
					return 1
				},
				Possible: (0.8*70 + 0.5*20) / 90,
			},
			Case{
				Name: fmt.Sprintf("away for 5 minutes, pages of %v", think), Think: think, Pace: 0.8,
				Away:     func(t time.Duration) bool { return between(t, 30*time.Minute, 35*time.Minute) },
				Possible: 0.8 * 85 / 90,
			},
		)
	}
	return cases
}

// Law is what is done about the site's health.
type Law struct {
	Name  string
	Limit bool // the in-flight limit adapts
	Pace  bool // the pace follows the health
}

// Laws are those that are compared.
func Laws() []Law {
	return []Law{{Name: "none"}, {Name: "limit", Limit: true}, {Name: "pace", Pace: true}, {Name: "pace and limit", Limit: true, Pace: true}}
}

// Played is how a morning went.
type Played struct {
	Result
	// Share is bookings ÷ what was possible.
	Share float64
}

// Play plays one morning with a token bucket as the gate. healthy: the pace begins at what was asked for.
func Play(c *Case, law Law, seed uint64) (Played, error) {
	// A quiet time before, in which the site is seen to be well.
	const quiet, quietPace = 20 * time.Minute, 0.4
	start := time.Date(2026, time.December, 1, 8, 0, 0, 0, time.UTC).Add(-quiet)
	cfg := Config{Seed: seed, Demo: demo.Speyer(), Think: c.Think, Limited: law.Limit, Off: !law.Pace}
	if c.Factor != nil {
		cfg.Factor = func(now time.Duration) float64 { return c.Factor(now - quiet) }
	}
	if c.Away != nil {
		cfg.Away = func(now time.Duration) bool { return c.Away(now - quiet) }
	}
	s, err := New(cfg, start)
	if err != nil {
		return Played{}, err
	}
	const step = 50 * time.Millisecond
	credit, factor, rate := 0.0, 1.0, quietPace*Bookings()
	ticks := start.UnixMilli() / 5000
	for now := step; now <= quiet+Length; now += step {
		s.Advance(now)
		if now == quiet {
			rate, s.result = c.Pace*Bookings(), Result{}
		}
		if now%(5*time.Second) == 0 {
			state := s.Judge(ticks + int64(now/(5*time.Second)) - 1)
			if law.Pace {
				factor = float64(state.Factor()) / 1000
			}
		}
		for credit = min(2, credit+rate*factor*step.Seconds()); credit >= 1; credit-- {
			s.Enter()
		}
	}
	p := Played{Result: s.Result()}
	p.Share = float64(p.Booked) / (c.Possible * Bookings() * Length.Seconds())
	return p, nil
}
