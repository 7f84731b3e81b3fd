package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/buildinfo"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/report"
)

// section is where the page in docs has the result.
const section = "chaos"

// ErrFailed is what the command ends with when something went wrong.
var ErrFailed = errors.New("chaos did not end well")

// Command is `loadtest chaos`.
func Command() *cobra.Command {
	var (
		cfg        Config
		topologies []string
		plan, race bool
		page       string
	)
	cmd := &cobra.Command{
		Use:   "chaos",
		Short: "Break gateways, Redis and disks under a crowd, and see what holds",
		Long: "Plays every fault of each topology once, in an order that the seed decides, and prints what came of it;\n" +
			"with --repeat only the crashes, each many times in a row.\n" +
			"Needs redis-server, redis-cli and haproxy, and for the embedded store root, to mount a small disk. Everything\n" +
			"happens on the loopback address. All topologies take some eight minutes.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("seed") {
				cfg.Seed = uint64(rand.Uint32())
			}
			cfg.Out = cmd.OutOrStdout()
			cfg.Of = time.Now().Format("2 January 2006") + ", built from " + buildinfo.Version()
			for _, name := range topologies {
				if !slices.Contains(Topologies(), Topology(name)) {
					return fmt.Errorf("--topology %s: want some of %v", name, Topologies())
				}
				cfg.Topologies = append(cfg.Topologies, Topology(name))
			}
			if err := playable(cfg); err != nil {
				return err
			}
			fmt.Fprintf(cfg.Out, "seed %d\n", cfg.Seed)
			for _, t := range cfg.Topologies {
				fmt.Fprint(cfg.Out, printPlan(t, chosen(cfg, t)))
			}
			if plan {
				return nil
			}
			return run(cmd.Context(), cfg, race, page)
		},
	}
	f := cmd.Flags()
	f.Uint64Var(&cfg.Seed, "seed", 0, "decides the order, targets and lengths of the faults; drawn and printed if not given")
	f.StringSliceVar(&topologies, "topology", []string{string(Sentinel), string(Cluster), string(Embedded)}, "the topologies to play")
	f.IntVar(&cfg.Few, "few", 0, "play only so many faults of each topology; 0 plays all")
	f.StringArrayVar(&cfg.Only, "only", nil, "play only this fault (repeatable)")
	f.IntVar(&cfg.Repeat, "repeat", 0, "play only the crashes, each so many times in a row; 0 plays every fault once")
	f.StringVar(&cfg.Gateway, "gateway", "", launch.GatewayFlag)
	f.BoolVar(&race, "race", false, "build the gateway from this source tree with the race detector, in place of --gateway; needs go")
	f.BoolVar(&plan, "plan", false, "print what would be played, and play nothing")
	f.StringVar(&cfg.Keep, "keep", "", "an empty or new directory for journals, logs and configurations; they are removed otherwise")
	f.StringVar(&page, "write", "", "a page to write the result into, between its markers")
	return cmd
}

// playable refuses what would play nothing and then say that everything held.
func playable(cfg Config) error {
	if cfg.Few < 0 {
		return fmt.Errorf("--few %d: must not be negative", cfg.Few)
	}
	if cfg.Repeat < 0 {
		return fmt.Errorf("--repeat %d: must not be negative", cfg.Repeat)
	}
	for _, t := range cfg.Topologies {
		names := make([]string, 0, 20)
		all := Config{Seed: cfg.Seed, Repeat: cfg.Repeat, Only: cfg.Only}
		if len(cfg.Only) > 0 && len(chosen(all, t)) > 0 {
			continue
		}
		all.Only = nil
		for _, s := range chosen(all, t) {
			names = append(names, s.Fault)
		}
		if len(cfg.Only) > 0 {
			slices.Sort(names)
			return fmt.Errorf("--only %q: topology %s has none of these; it has %s", cfg.Only, t, strings.Join(names, ", "))
		}
	}
	if len(cfg.Topologies) == 0 {
		return fmt.Errorf("--topology: want some of %v", Topologies())
	}
	return nil
}

func run(ctx context.Context, cfg Config, race bool, page string) (err error) {
	for _, program := range []string{"redis-server", "redis-cli", "haproxy"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("no %s on this machine; with Debian: apt-get install redis-server redis-sentinel haproxy (%w)", program, err)
		}
	}
	if race {
		dir, err := os.MkdirTemp("", "einlass-chaos-gateway-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if cfg.Gateway, err = launch.BuildGateway(ctx, dir, true); err != nil {
			return err
		}
	} else if cfg.Gateway, err = launch.FindGateway(cfg.Gateway); err != nil {
		return err
	}
	outcomes, err := Run(ctx, cfg)
	if err != nil {
		return err
	}
	text := Page(cfg, outcomes)
	fmt.Fprint(cfg.Out, "\n", text)
	if page != "" {
		if err := report.Splice(page, section, text); err != nil {
			return err
		}
	}
	var failures []string
	for _, o := range outcomes {
		failures = append(failures, o.Failures...)
	}
	if len(failures) > 0 {
		return fmt.Errorf("%w with seed %d:\n%s", ErrFailed, cfg.Seed, strings.Join(failures, "\n"))
	}
	return nil
}
