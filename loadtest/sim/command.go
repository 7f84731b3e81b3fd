package sim

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/loadtest/report"
	"github.com/einlass/einlass/loadtest/scenarios"
)

// thrifty lets the collector run earlier than by default: a crowd of ten million lives in slabs and maps without
// pointers, which cost time to collect but little, and would otherwise need twice the memory.
const thrifty = 30

// Command plays one scenario and prints what it ended with.
func Command() *cobra.Command {
	var o options
	c := &cobra.Command{
		Use:   "sim",
		Short: "Play a morning in virtual time, with and without the gate",
		Long: "Plays a morning in virtual time, on the store's real rules and in front of the real fragile\n" +
			"site, with and without the gate (or one of them), checks every answer and prints the figures side by side.",
		Example: "  loadtest sim --scenario memmingen --gate --strangers --crashes 60\n" +
			"  loadtest sim --scenario speyer --out speyer.html\n" +
			"  loadtest sim --scenario hessen --people 10000000 --gate",
		Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cmd.OutOrStdout()) },
	}
	f := c.Flags()
	f.StringVar(&o.scenario, "scenario", "speyer", "memmingen, speyer, hessen, goeppingen, memmingen-draw or speyer-draw")
	f.IntVar(&o.people, "people", 0, "how many people come; places, pace and site are scaled alike (0: as it happened)")
	f.Uint64Var(&o.seed, "seed", 1, "the same seed is the same day")
	f.DurationVar(&o.tick, "tick", 250*time.Millisecond, "how often the line advances; a coarser tick plays faster")
	f.BoolVar(&o.gate, "gate", false, "only with the gate")
	f.BoolVar(&o.noGate, "no-gate", false, "only without the gate")
	f.BoolVar(&o.strangers, "strangers", false, "let strangers come beside the crowd: only with the gate")
	f.BoolVar(&o.pairs, "pairs", false, "let a visit book twice, and three of ten people do so")
	f.IntVar(&o.crashes, "crashes", 0, "let the store crash so many times in a row after the opening: only with the gate")
	f.StringVar(&o.out, "out", "", "write a report with charts to this HTML file")
	f.StringVar(&o.journal, "journal", "", "write every event of the run with the gate to this file, one JSON object a line")
	f.StringVar(&o.record, "record", "", "write the record of the last draw to this file")
	c.MarkFlagsMutuallyExclusive("gate", "no-gate")
	c.MarkFlagsMutuallyExclusive("no-gate", "journal")
	c.MarkFlagsMutuallyExclusive("no-gate", "record")
	c.MarkFlagsMutuallyExclusive("no-gate", "strangers")
	c.MarkFlagsMutuallyExclusive("no-gate", "crashes")
	return c
}

type options struct {
	scenario, out, journal, record string
	people                         int
	seed                           uint64
	tick                           time.Duration
	gate, noGate                   bool
	strangers, pairs               bool
	crashes                        int
}

func (o *options) run(ctx context.Context, w io.Writer) (err error) {
	defer debug.SetGCPercent(debug.SetGCPercent(thrifty))
	sc, err := scenarios.Named(o.scenario)
	if err != nil {
		return err
	}
	if o.people < 0 {
		return fmt.Errorf("people %d: must not be negative", o.people)
	}
	if o.people > 0 {
		if sc, err = sc.Scale(float64(o.people) / float64(sc.People())); err != nil {
			return err
		}
	}
	if o.crashes < 0 || o.crashes > MaxCrashes {
		return fmt.Errorf("crashes %d: want 0 to %d", o.crashes, MaxCrashes)
	}
	if o.pairs {
		sc = scenarios.WithPairs(sc)
	}
	if o.strangers {
		sc = scenarios.WithStrangers(sc)
	}
	if o.crashes > 0 {
		sc = scenarios.WithCrashes(sc)
	}
	if err := placesFor(o.out, ""); err != nil {
		return err
	}
	var journal io.Writer
	if o.journal != "" {
		f, err := os.Create(o.journal)
		if err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		b := bufio.NewWriterSize(f, 1<<20)
		defer func() { err = errors.Join(err, b.Flush(), f.Close()) }()
		journal = b
	}
	var record io.Writer
	if o.record != "" {
		f, err := os.Create(o.record)
		if err != nil {
			return fmt.Errorf("record: %w", err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		record = f
	}
	morning := report.Morning{Scenario: sc}
	for _, gate := range []bool{false, true} {
		if gate && o.noGate || !gate && o.gate {
			continue
		}
		cfg := Config{Scenario: sc, Gate: gate, Seed: o.seed, Tick: o.tick}
		if gate {
			cfg.Journal, cfg.Record = journal, record
			cfg.Crashes = InARow(o.crashes, sc.Opens().Sub(sc.Starts), sc.Counted.Sub(sc.Starts))
		}
		r, err := Run(ctx, cfg)
		if err != nil {
			return err
		}
		morning.Results = append(morning.Results, r)
	}
	mornings := []report.Morning{morning}
	if err := report.Text(w, mornings); err != nil {
		return err
	}
	if o.out != "" {
		if err := report.WriteHTML(o.out, mornings); err != nil {
			return err
		}
	}
	return broken(mornings)
}

// placesFor is an error if a report could not be written or there is no page to write into: that is found out before
// the play and not after it.
func placesFor(report, page string) error {
	if report != "" {
		if _, err := os.Stat(filepath.Dir(report)); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	if page != "" {
		if _, err := os.Stat(page); err != nil {
			return fmt.Errorf("--write: %w", err)
		}
	}
	return nil
}

// broken is an error if a promise was not kept.
func broken(mornings []report.Morning) error {
	for _, m := range mornings {
		for i := range m.Results {
			for _, f := range m.Scenario.Judge(&m.Results[i]) {
				if !f.Kept {
					return fmt.Errorf("%s: not kept: %s (%s)", m.Scenario.Name, f.Promise, f.Figure)
				}
			}
		}
	}
	return nil
}
