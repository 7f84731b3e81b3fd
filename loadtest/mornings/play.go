package mornings

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Size is how a morning is made small enough for one machine.
type Size struct {
	// Factor scales people, places, pace and the site. Above 0.
	Factor float64
	// Speed is how much faster than real time it is played. 1 to 2000.
	Speed float64
	// Gentle is the share of the scenario's pace that the gate is set to: a site a fiftieth as large has room for a few
	// requests side by side only, and none for chance. Above 0, at most 1.
	Gentle float64
	// Keep is a directory in which the gateway's files stay, to be looked at afterwards; empty: they are removed.
	Keep string
}

// Played is what a morning on sockets leaves out or bends, for the page that shows it.
const Played = "Arrivals, hours, think times, patience and the site's own clock are compressed alike. Not compressed: an " +
	"absence counts from five minutes, so nobody in these runs is absent; polls are at least 100 ms apart; a call can be " +
	"claimed for at least two polls; with the gate, browsers wait five seconds for an answer. Without the gate " +
	"callers come by browser; with it the staff takes their places by the admin API. Second devices stay at home, and nobody gives a booking back. A draw is decided by the secret alone, and where the record " +
	"leads is checked in the tests. Without the gate the storm brings this machine to its own " +
	"limit too: these rows show that the site collapses; how far it did is for virtual time to say."

// Play plays one morning in full size s, made smaller by size. program is the gateway, see package launch; without the gate it
// is not used.
func Play(ctx context.Context, s scenarios.Scenario, size Size, gate bool, program string, seed uint64) (scenarios.Result, error) {
	if !(size.Speed >= 1 && size.Speed <= 2000) || !(size.Gentle > 0 && size.Gentle <= 1) {
		return scenarios.Result{}, fmt.Errorf("mornings: speed must be 1 to 2000 and gentle above 0 and at most 1, are %v and %v", size.Speed, size.Gentle)
	}
	if gate {
		s.Strangers.Loads = scenarios.WithStrangers(s).Strangers.Loads
	}
	s, err := s.Scale(size.Factor)
	if err != nil {
		return scenarios.Result{}, fmt.Errorf("mornings: %w", err)
	}
	m := &morning{scenario: s, size: size, gated: gate, seed: seed}
	r, err := m.play(ctx, program)
	if err != nil {
		return r, fmt.Errorf("mornings: %s: %w", s.Name, err)
	}
	return r, nil
}

// morning is one morning under way.
type morning struct {
	scenario scenarios.Scenario
	size     Size
	gated    bool
	seed     uint64

	clock  *clock
	site   *demo.Site
	url    string
	gate   *launch.Gateway
	nobody *strangers // nil: without a gate
}

func (m *morning) play(ctx context.Context, program string) (r scenarios.Result, err error) {
	dir := m.size.Keep
	if dir == "" {
		if dir, err = os.MkdirTemp("", "einlass-mornings-*"); err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	m.clock = &clock{start: m.scenario.Starts, began: time.Now(), speed: m.size.Speed}
	closeSite, err := m.openSite(ctx)
	if err != nil {
		return r, err
	}
	defer closeSite()
	m.clock.began = time.Now() // nothing has looked at it but to start
	cfg := m.crowd()
	if m.gated {
		settings := m.settings(dir)
		if m.gate, err = launch.StartGateway(ctx, program, dir, settings); err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, m.gate.Close()) }()
		m.nobody = newStrangers(m.gate.URL())
		cfg.Target, cfg.Room, cfg.Admin, cfg.AdminToken = m.gate.URL(), launch.RoomID, m.gate.AdminURL(), launch.OperatorToken
		cfg.Journal = settings.Journal.Dir
		if err := m.begin(ctx, settings); err != nil {
			return r, err
		}
	}
	measured, err := m.drive(ctx, cfg)
	if err != nil {
		return r, err
	}
	return m.result(&measured), nil
}

// openSite serves the portal on the fast clock.
func (m *morning) openSite(ctx context.Context) (closeSite func(), err error) {
	cfg := m.scenario.Portal
	cfg.Clock = m.clock
	if m.site, err = demo.New(cfg); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		m.site.Close()
		return nil, err
	}
	server := &http.Server{Handler: m.site, ReadHeaderTimeout: 10 * time.Second}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(l) }) // it ends when it is closed
	m.url = "http://" + l.Addr().String()
	return func() {
		m.site.Close()
		_ = server.Close() // all clients have gone
		served.Wait()
	}, nil
}

// settings are the scenario's configuration, as much faster, for a gateway that has its files below dir. Its room opens in a month, until
// begin says when the morning is.
func (m *morning) settings(dir string) *launch.Config {
	g := &m.scenario.Gate
	pollMin := max(100*time.Millisecond, m.fast(g.PollMin))
	// So many polls a second leave the machine to the others.
	pollMax := max(2*pollMin, m.fast(g.PollMax), time.Duration(m.scenario.People())*time.Second/1500).Round(time.Millisecond)
	cfg := launch.OneRoom(dir, launch.Settings{
		Backend: m.url, Pace: m.fastPace(g.Pace), PollMin: pollMin, PollMax: pollMax,
		Timing: queue.Timing{
			Absent: max(5*time.Minute, m.fast(g.Timing.Absent)), Window: wholeSeconds(max(2*pollMax, m.fast(g.Timing.Window))),
			Idle: wholeSeconds(max(2*time.Second, m.fast(g.Timing.Idle))),
		},
	})
	room := &cfg.Rooms[0]
	room.Exclude = g.Exclude
	for _, f := range g.Finish {
		room.Finish = append(room.Finish, launch.Finish{Path: f.Path, Method: f.Method, Redirect: f.Redirect})
	}
	for _, b := range g.Bookings {
		room.Bookings = append(room.Bookings, launch.Booking{Path: b.Path, Method: b.Method, Redirect: b.Redirect, Ref: b.Ref})
	}
	if g.Draws() {
		room.Draw = launch.RoomDraw{Beacon: string(draw.None)}
	}
	room.Schedule = &plan.Schedule{Zone: "UTC", Openings: []plan.Opening{{
		Dates: []string{time.Now().AddDate(0, 1, 0).Format(time.DateOnly)}, Start: "12:00",
	}}}
	return cfg
}

// wholeSeconds rounds up to what a configuration takes.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// fast is a span of played time in real time, in whole milliseconds.
func (m *morning) fast(d time.Duration) time.Duration { return m.clock.real(d).Round(time.Millisecond) }

// fastPace is a pace in calls per real minute. The burst is at least two ticks' worth: a gateway calls four times a second,
// which is minutes of the morning.
func (m *morning) fastPace(p queue.Pace) queue.Pace {
	p.Rate = max(1, int64(float64(p.Rate)*m.size.Speed*m.size.Gentle))
	p.Burst = max(p.Burst, int64(math.Ceil(float64(p.Rate)/120)))
	return p
}

// crowd is the scenario's crowd in real time.
func (m *morning) crowd() drive.Config {
	s, c := &m.scenario, &m.scenario.Crowd
	r := rand.New(rand.NewPCG(m.seed, 7))
	var due, rings []time.Duration
	for i := range c.Waves {
		w := &c.Waves[i]
		for range w.People {
			if at := m.clock.at(w.Opens.Add(w.Offset(r.Float64()))); w.Callers && m.gated && s.Hotline.Agents > 0 {
				rings = append(rings, at)
			} else {
				due = append(due, at)
			}
		}
	}
	crowd := drive.Crowd{
		Think: m.fast(c.Think), Typing: m.fast(c.Typing), Retry: m.fast(c.Reload), Patience: m.fast(c.Patience), Persist: true,
	}
	end, timeout := s.Ends, max(m.fast(c.Timeout), 20*time.Millisecond)
	if m.gated {
		crowd.Patience, crowd.Persist, timeout = 0, false, 5*time.Second
		crowd.Tabs, crowd.Reloads, crowd.Sleeps, crowd.Bots, crowd.NoShows = c.Tabs, c.Reloads, c.Sleepers, c.Bots, c.NoShow
		crowd.Leaves, crowd.Quits = c.Impatient*c.Polite, c.Impatient*(1-c.Polite)
		crowd.LeaveAfter, crowd.ReloadEvery, crowd.SleepFor = m.fast(c.Stay), max(m.fast(c.ReloadIn), 200*time.Millisecond), m.fast(c.SleepFor)
		crowd.BotEvery, crowd.HomeOn = max(m.fast(c.BotEvery), 100*time.Millisecond), true
	} else if !s.Counted.IsZero() {
		end = s.Counted
	}
	return drive.Config{
		Hotline: drive.Hotline{Agents: s.Hotline.Agents, Take: m.fast(s.Hotline.Take), Dial: m.fast(s.Hotline.Dial), Linked: s.Hotline.Linked, Due: rings},
		Target:  m.url, Portal: m.url, Due: due, Length: m.clock.at(end), Crowd: crowd, Timeout: timeout, Seed: m.seed, Sources: 200,
	}
}

// drive lets the crowd come, and strangers beside it.
func (m *morning) drive(ctx context.Context, cfg drive.Config) (drive.Result, error) {
	if m.nobody == nil {
		return drive.Run(ctx, cfg)
	}
	beside, cancel := context.WithCancel(ctx)
	var came sync.WaitGroup
	came.Go(func() { m.nobody.come(beside, m.scenario.Strangers.Loads, m.clock) })
	r, err := drive.Run(ctx, cfg)
	cancel()
	came.Wait()
	return r, err
}
