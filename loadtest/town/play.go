package town

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

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue"
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
}

// Played is what a morning on sockets leaves out or bends, for the page that shows it.
const Played = "Arrivals, hours, think times, patience and the site's own clock are compressed alike. Not compressed: an " +
	"absence counts from five minutes, so nobody in these runs is absent; polls are at least 100 ms apart; a call can be " +
	"claimed for at least two polls; with the gate, browsers wait two seconds for an answer. Callers come by browser, " +
	"second devices stay at home, and nobody gives a booking back. Without the gate the storm brings this machine to its own " +
	"limit too: these rows show that the site collapses; how far it did is for virtual time to say."

// Play plays one morning in full size s, made smaller by size. program is the gateway, see package launch; without the gate it
// is not used.
func Play(ctx context.Context, s scenarios.Scenario, size Size, gate bool, program string, seed uint64) (scenarios.Result, error) {
	if !(size.Speed >= 1 && size.Speed <= 2000) || !(size.Gentle > 0 && size.Gentle <= 1) {
		return scenarios.Result{}, fmt.Errorf("town: speed must be 1 to 2000 and gentle above 0 and at most 1, are %v and %v", size.Speed, size.Gentle)
	}
	s, err := s.Scale(size.Factor)
	if err != nil {
		return scenarios.Result{}, fmt.Errorf("town: %w", err)
	}
	t := &town{scenario: s, size: size, gated: gate, seed: seed}
	r, err := t.play(ctx, program)
	if err != nil {
		return r, fmt.Errorf("town: %s: %w", s.Name, err)
	}
	return r, nil
}

// town is one morning under way.
type town struct {
	scenario scenarios.Scenario
	size     Size
	gated    bool
	seed     uint64

	clock *clock
	site  *demo.Site
	url   string
	gate  *launch.Gateway
	pace  queue.Pace
}

func (t *town) play(ctx context.Context, program string) (r scenarios.Result, err error) {
	dir, err := os.MkdirTemp("", "einlass-town-*")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	t.clock = &clock{start: t.scenario.Starts, began: time.Now(), speed: t.size.Speed}
	closeSite, err := t.openSite(ctx)
	if err != nil {
		return r, err
	}
	defer closeSite()
	cfg := t.crowd()
	if t.gated {
		if err := t.openGate(ctx, program, dir); err != nil {
			return r, err
		}
		defer func() { err = errors.Join(err, t.gate.Stop()) }()
		cfg.Target, cfg.Room, cfg.Admin, cfg.AdminToken, cfg.Journal = t.gate.URL, launch.Room, t.gate.Admin, t.gate.Token, t.gate.Journal
	}
	t.clock.began = time.Now() // nothing has looked at it but to start
	ops, err := t.operators(ctx)
	if err != nil {
		return r, err
	}
	measured, err := t.drive(ctx, cfg, ops)
	if err != nil {
		return r, err
	}
	return t.result(&measured, ops), nil
}

// openSite serves the portal on the fast clock.
func (t *town) openSite(ctx context.Context) (closeSite func(), err error) {
	cfg := t.scenario.Portal
	cfg.Clock, cfg.FinishHeader = t.clock, t.gated
	if t.site, err = demo.New(cfg); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.site.Close()
		return nil, err
	}
	server := &http.Server{Handler: t.site, ReadHeaderTimeout: 10 * time.Second}
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(l) }) // it ends when it is closed
	t.url = "http://" + l.Addr().String()
	return func() {
		t.site.Close()
		_ = server.Close() // whoever is connected has gone
		served.Wait()
	}, nil
}

// openGate starts the gateway with the scenario's settings, as much faster.
func (t *town) openGate(ctx context.Context, program, dir string) (err error) {
	g := &t.scenario.Gate
	pollMin := max(100*time.Millisecond, t.fast(g.PollMin))
	// So many polls a second leave the machine to the others.
	pollMax := max(2*pollMin, t.fast(g.PollMax), time.Duration(t.scenario.People())*time.Second/1500).Round(time.Millisecond)
	t.pace = t.fastPace(g.Pace)
	t.gate, err = launch.StartGateway(ctx, program, dir, launch.Settings{
		Backend: t.url, Paused: true, Pace: t.pace, PollMin: pollMin, PollMax: pollMax,
		Timing: queue.Timing{
			Absent: max(5*time.Minute, t.fast(g.Timing.Absent)), ClaimWindow: wholeSeconds(max(2*pollMax, t.fast(g.Timing.ClaimWindow))),
			Idle: wholeSeconds(max(2*time.Second, t.fast(g.Timing.Idle))),
		},
	})
	return err
}

// wholeSeconds rounds up to what a configuration takes.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// fast is a span of played time in real time, in whole milliseconds.
func (t *town) fast(d time.Duration) time.Duration { return t.clock.real(d).Round(time.Millisecond) }

// fastPace is a pace in calls per real minute. The burst is at least two ticks' worth: a gateway calls four times a second,
// which is minutes of the morning.
func (t *town) fastPace(p queue.Pace) queue.Pace {
	p.Rate = max(1, int64(float64(p.Rate)*t.size.Speed*t.size.Gentle))
	p.Burst = max(p.Burst, int64(math.Ceil(float64(p.Rate)/120)))
	return p
}

// crowd is who comes, and when, in real time.
func (t *town) crowd() drive.Config {
	s, c := &t.scenario, &t.scenario.Crowd
	r := rand.New(rand.NewPCG(t.seed, 7))
	var due []time.Duration
	for i := range c.Waves {
		w := &c.Waves[i]
		for range w.People {
			due = append(due, t.clock.at(w.Opens.Add(w.Offset(r.Float64()))))
		}
	}
	crowd := drive.Crowd{
		Think: t.fast(c.Think), Typing: t.fast(c.Typing), Retry: t.fast(c.Reload), Patience: t.fast(c.Patience), Persist: true,
	}
	end, timeout := s.Ends, max(t.fast(c.Timeout), 20*time.Millisecond)
	if t.gated {
		crowd.Patience, crowd.Persist, timeout = 0, false, 2*time.Second
		crowd.Tabs, crowd.Reloads, crowd.Sleeps, crowd.Bots, crowd.NoShows = c.Tabs, c.Reloads, c.Sleepers, c.Bots, c.NoShow
		crowd.Leaves, crowd.Quits = c.Impatient*c.Polite, c.Impatient*(1-c.Polite)
		crowd.LeaveAfter, crowd.ReloadEvery, crowd.SleepFor = t.fast(c.Stay), max(t.fast(c.ReloadIn), 200*time.Millisecond), t.fast(c.SleepFor)
		crowd.BotEvery, crowd.HomeOn = max(t.fast(c.BotEvery), 100*time.Millisecond), scenarios.SoldOut
	} else if !s.Counted.IsZero() {
		end = s.Counted
	}
	return drive.Config{
		Target: t.url, Portal: t.url, Due: due, Length: t.clock.at(end), Crowd: crowd, Timeout: timeout, Seed: t.seed, Sources: 200,
	}
}

// operators are those of the gate; nil without one.
func (t *town) operators(context.Context) (*operators, error) {
	if !t.gated {
		return nil, nil
	}
	client, err := adminclient.New(adminclient.Config{URL: t.gate.Admin, Token: t.gate.Token})
	if err != nil {
		return nil, err
	}
	gate := t.scenario.Gate
	gate.Script = append([]scenarios.Step(nil), gate.Script...)
	for i := range gate.Script {
		if p := gate.Script[i].Pace; p != nil {
			fast := t.fastPace(*p)
			gate.Script[i].Pace = &fast
		}
	}
	return &operators{
		client: client, room: launch.Room, clock: t.clock, gate: &gate, places: t.site.Stats, pace: t.pace,
		released: t.scenario.Portal.Calendar.Places,
	}, nil
}

// drive lets the crowd come while the operators work.
func (t *town) drive(ctx context.Context, cfg drive.Config, ops *operators) (drive.Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var beside sync.WaitGroup
	var failed error
	if ops != nil {
		beside.Go(func() {
			defer ops.client.Close()
			failed = ops.work(ctx)
			if failed != nil {
				cancel() // a morning without its operators is none
			}
		})
	}
	r, err := drive.Run(ctx, cfg)
	cancel()
	beside.Wait()
	return r, errors.Join(err, failed)
}
