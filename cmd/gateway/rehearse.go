package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/configs"
	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/internal/demo/citizens"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// rehearsed is what the flags of rehearse say.
type rehearsed struct {
	within  time.Duration
	rate    int64
	opening string
	now     string
}

// starting is how long a gateway has to start before the day begins.
const starting = 2 * time.Second

func newRehearse() *cobra.Command {
	var asked rehearsed
	cmd := &cobra.Command{
		Use:   "rehearse FILE",
		Short: "Play the day of a schedule in a few minutes, in front of the demo site",
		Long: "Play the day of a schedule in a few minutes, in front of the demo site, and print what happens at each step.\n\n" +
			"FILE is a schedule as JSON, as admin plan ROOM --json shows it; - is the standard input. admin plan rehearse ROOM does this with the " +
			"schedule and the rate of a room of a running gateway, which it leaves alone: the rehearsal is a process of its own, with a line in memory, " +
			"on addresses of this machine.\n\nWhat is rehearsed is the plan: places and people are fewer, and the site is not yours.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runRehearsal(cmd, args[0], &asked) },
	}
	cmd.Flags().DurationVar(&asked.within, "within", 3*time.Minute, "how long it takes, 10s to 1h; in less than a minute the demo site books little")
	cmd.Flags().Int64Var(&asked.rate, "rate", 60, "how many people enter a minute of the day")
	cmd.Flags().StringVar(&asked.opening, "opening", "", "an opening of the day, as in \"2026-12-07 08:00\" (default the next one)")
	cmd.Flags().StringVar(&asked.now, "now", "", "the time that the next opening is looked for at, as in 2026-12-07T06:00:00+01:00 (default now)")
	return cmd
}

func runRehearsal(cmd *cobra.Command, file string, asked *rehearsed) error {
	if asked.within < 10*time.Second || asked.within > time.Hour {
		return exitError{exitUsage, fmt.Errorf("--within %v: want 10s to 1h", asked.within)}
	}
	r, err := readRehearsal(cmd.InOrStdin(), file, asked)
	if err != nil {
		return exitError{exitConfig, fmt.Errorf("rehearse: %w", err)}
	}
	town := demo.Demo(time.Now())
	town.FinishHeader = true
	town.Hold = 20 * time.Second
	site, err := startSite(town)
	if err != nil {
		return exitError{exitStart, fmt.Errorf("rehearse: %w", err)}
	}
	defer site.stop()
	state, err := os.MkdirTemp("", "einlass-rehearsal-*")
	if err != nil {
		return exitError{exitStart, fmt.Errorf("rehearse: %w", err)}
	}
	defer func() { _ = os.RemoveAll(state) }()
	name := filepath.Join(state, "rehearsal.yaml")
	if err := os.WriteFile(name, configs.Demo, 0o600); err != nil {
		return exitError{exitStart, fmt.Errorf("rehearse: %w", err)}
	}
	cfg, err := loadConfig(name, r.settings(state, site.addr, asked.rate))
	if err != nil {
		return err
	}
	cfg.Rooms[0].Schedule = r.schedule
	// A day in minutes has no time for a beacon, and nobody types in its line.
	cfg.Rooms[0].Draw.Beacon = string(draw.None)
	planner := newFastPlanner(r, time.Now().Add(starting))
	cfg.planner = planner
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	done := make(chan struct{})
	started := false
	err = serve(ctx, cfg, nil, cmd.ErrOrStderr(), func(a *app) {
		started = true
		go func() {
			defer close(done)
			defer cancel()
			line := a.serving.Load().rooms[0].line
			r.play(ctx, cmd.OutOrStdout(), planner, line.Room, site.Site, gateURL(a.public[0].Addr()))
		}()
	})
	cancel()
	if started {
		<-done
	}
	return err
}

func readRehearsal(in io.Reader, file string, asked *rehearsed) (*rehearsal, error) {
	now := time.Now()
	var err error
	if asked.now != "" {
		if now, err = time.Parse(time.RFC3339, asked.now); err != nil {
			return nil, err
		}
	}
	var text []byte
	if file == "-" {
		text, err = io.ReadAll(io.LimitReader(in, queue.MaxSettings))
	} else {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, err
	}
	var whole struct {
		Schedule json.RawMessage `json:"schedule"`
	}
	if json.Unmarshal(text, &whole) == nil && len(whole.Schedule) > 0 {
		text = whole.Schedule // an answer of admin plan --json
	}
	s, problems := plan.FromJSON(text)
	if len(problems) > 0 {
		return nil, fmt.Errorf("schedule: %s %s", problems[0].Path, problems[0].Text)
	}
	if s.Empty() {
		return nil, errors.New("the schedule is empty")
	}
	return newRehearsal(s, asked.opening, now, asked.within)
}

// settings are those of the demo's configuration for a rehearsal.
func (r *rehearsal) settings(state, site string, rate int64) []string {
	// As many of the places are entered in an hour of the day as at the rate, within what the demo site serves: a dozen pages a second.
	fast := int64(float64(rate) * r.factor() / float64(r.one))
	return []string{
		"state.dir=" + state, "rooms.0.backend.url=http://" + site, "listen.http=127.0.0.1:0", "admin.listen=127.0.0.1:0",
		fmt.Sprintf("rooms.0.pace.rate=%d", min(max(fast, 30), 100)), "rooms.0.pace.max_inside=60", "rooms.0.pace.burst=0",
		"rooms.0.pace.health=off", // it is the plan that is looked at, and the site is another one
		"rooms.0.poll.max=2s", "rooms.0.claim_window=10s", "rooms.0.session.idle=30s", "rooms.0.title=Probe", "limits.arrivals_per_prefix.rate=0",
	}
}

// crowd is as many people as book all places, half as many more, and those who stand by.
func (r *rehearsal) crowd(gate string) (*citizens.Crowd, error) {
	people := int(max(r.places()+r.places()/2, 40))
	return citizens.New(citizens.Config{
		BaseURL: gate, AtOnce: people / 2, PerMinute: float64(people) / 2 / r.within.Minutes(), Total: people, MaxConcurrent: people,
		Think: 300 * time.Millisecond, Typing: time.Second, Seed: 1,
	})
}
