package demo

import (
	"flag"
	"fmt"
	"testing"
	"time"
)

// Each seed plays two million requests; one is enough to notice a change.
var seeds = flag.Uint64("seeds", 1, "how many seeds Speyer's day is played with")

// speyerCrowd is the crowd before Speyer's portal; README.md gives the reasons.
func speyerCrowd(site Config) crowdConfig {
	cfg := crowdConfig{
		until:    time.Date(2021, 6, 14, 19, 0, 0, 0, germany()),
		timeout:  30 * time.Second,
		think:    6 * time.Second,
		typing:   time.Minute,
		reload:   20 * time.Second,
		patience: 40 * time.Minute,
	}
	for i, k := range site.Calendar.Contingents {
		people := 5000
		if i == 0 {
			people = 6000
		}
		cfg.waves = append(cfg.waves, wave{opens: k.Opens, people: people, eager: 0.4, tail: time.Hour})
	}
	return cfg
}

func TestSpeyerWithoutAGateEndsTheDayAsItDid(t *testing.T) {
	for seed := range *seeds {
		t.Run(fmt.Sprintf("with seed %d about 330 of 2500 are booked", seed+1), func(t *testing.T) {
			t.Parallel()
			site := Speyer()
			c := newCrowd(t, site, speyerCrowd(site), seed+1)
			c.run()
			load, tally := c.capacity.Load(), c.ledger.Tally(c.now)
			t.Logf("booked %d, crashes %d, down %v, over the knee %v, refused %d, seconds at most %d arrivals",
				tally.Made, load.Crashes, load.DownTime, load.Over, load.Busy+load.Refused, load.PeakRate)
			if low, high := 330*85/100, 330*115/100; tally.Made < low || tally.Made > high {
				t.Errorf("booked %d of %d, want %d to %d", tally.Made, tally.Places, low, high)
			}
			if load.Crashes == 0 {
				t.Error("the server never crashed")
			}
			if tally.Double != 0 {
				t.Errorf("%d double bookings in spite of the guard", tally.Double)
			}
		})
	}
}

func TestSpeyerBehindAGateBooksEveryPlace(t *testing.T) {
	site := Speyer()
	cfg := speyerCrowd(site)
	cfg.gate = 60 // people a minute; at the knee the server could book three times as many
	c := newCrowd(t, site, cfg, 1)
	c.run()
	load, tally := c.capacity.Load(), c.ledger.Tally(c.now)
	t.Logf("booked %d, at most %d in flight, knee %d", tally.Made, load.Peak, site.Curve.Knee())
	if tally.Made != 2500 || tally.Left != 0 {
		t.Errorf("booked %d, %d left, want 2500 and 0", tally.Made, tally.Left)
	}
	if load.Over != 0 || load.Peak > site.Curve.Knee() || load.Crashes+load.Busy != 0 {
		t.Errorf("past capacity: %+v", load)
	}
}

func TestSpeyerWithoutTheGuardBooksPeopleTwice(t *testing.T) {
	site := Speyer()
	site.GuardOff = true
	cfg := speyerCrowd(site)
	cfg.waves = cfg.waves[:1]
	cfg.until = cfg.waves[0].opens.Add(30 * time.Minute)
	c := newCrowd(t, site, cfg, 1)
	c.run()
	if tally := c.ledger.Tally(c.now); tally.Double == 0 {
		t.Errorf("no double booking among %d", tally.Made)
	}
}
