package sim

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/loadtest/report"
	"github.com/einlass/einlass/loadtest/scenarios"
)

// bigPeople is the crowd of the largest day: ten million, with everything else in proportion.
const bigPeople = 10_000_000

// Mornings plays all four mornings in full size, each without and with the gate, and one more with strangers, then with
// strangers and crashes. It prints a line to w as each run ends. The error is of a run; promises that were not kept are in the
// results.
func Mornings(ctx context.Context, w io.Writer, seed uint64) ([]report.Morning, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(thrifty))
	var out []report.Morning
	for _, sc := range scenarios.All() {
		m := report.Morning{Scenario: sc}
		for _, gate := range []bool{false, true} {
			if err := add(ctx, w, &m, Config{Scenario: sc, Gate: gate, Seed: seed}); err != nil {
				return out, err
			}
		}
		out = append(out, m)
	}
	// Strangers and crashes: what they cost shows best where most come at once. Only behind the gate, they are what it is
	// there for.
	for _, crashes := range []int{0, morningCrashes} {
		sc := scenarios.WithStrangers(scenarios.Memmingen())
		cfg := Config{Gate: true, Seed: seed}
		if crashes > 0 {
			sc = scenarios.WithCrashes(sc)
			sc.Title += fmt.Sprintf(" and %d crashes", crashes)
			cfg.Crashes = InARow(crashes, sc.Opens().Sub(sc.Starts), sc.Counted.Sub(sc.Starts))
		}
		cfg.Scenario = sc
		m := report.Morning{Scenario: sc}
		if err := add(ctx, w, &m, cfg); err != nil {
			return out, err
		}
		out = append(out, m)
	}
	return out, nil
}

// morningCrashes is how many there are in the last of the mornings.
const morningCrashes = 60

// MorningsCommand plays all of them and writes the page that documents them.
func MorningsCommand() *cobra.Command {
	var write, out string
	var seed uint64
	var big bool
	c := &cobra.Command{
		Use:   "mornings",
		Short: "Play all four mornings in full size, with and without the gate",
		Args:  cobra.NoArgs, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// Found out now and not after minutes.
			if err := placesFor(out, write); err != nil {
				return err
			}
			mornings, err := Mornings(cmd.Context(), cmd.OutOrStdout(), seed)
			if err != nil {
				return err
			}
			if big {
				if mornings, err = withBig(cmd.Context(), cmd.OutOrStdout(), seed, mornings); err != nil {
					return err
				}
			}
			return publish(cmd.OutOrStdout(), mornings, write, out)
		},
	}
	c.Flags().StringVar(&write, "write", "", "replace the tables between sim:begin and sim:end in this Markdown file")
	c.Flags().StringVar(&out, "out", "", "write a report with charts to this HTML file")
	c.Flags().Uint64Var(&seed, "seed", 1, "the same seed is the same four days")
	c.Flags().BoolVar(&big, "ten-million", false, "play Hesse behind the gate once more, with ten million people: minutes more, and 6 GiB")
	return c
}

func publish(w io.Writer, mornings []report.Morning, write, out string) error {
	if err := report.Text(w, mornings); err != nil {
		return err
	}
	if write != "" {
		var b strings.Builder
		if err := report.Markdown(&b, mornings); err != nil {
			return err
		}
		if err := report.Splice(write, "sim", b.String()); err != nil {
			return err
		}
	}
	if out != "" {
		if err := report.WriteHTML(out, mornings); err != nil {
			return err
		}
	}
	return broken(mornings)
}

// withBig adds the largest day. Only behind the gate: without one, twelve times the crowd before twelve times the server
// shows nothing new.
func withBig(ctx context.Context, w io.Writer, seed uint64, mornings []report.Morning) ([]report.Morning, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(thrifty))
	hessen := scenarios.Hessen()
	sc, err := hessen.Scale(bigPeople / float64(hessen.People()))
	if err != nil {
		return mornings, err
	}
	m := report.Morning{Scenario: sc}
	err = add(ctx, w, &m, Config{Scenario: sc, Gate: true, Seed: seed})
	return append(mornings, m), err
}

// add plays one run and says so.
func add(ctx context.Context, w io.Writer, m *report.Morning, cfg Config) error {
	r, err := Run(ctx, cfg)
	if err != nil {
		return err
	}
	m.Results = append(m.Results, r)
	how := "without a gate"
	if cfg.Gate {
		how = "with the gate"
	}
	_, err = fmt.Fprintf(w, "%s, %d people, %s: %d of %d booked, played in %v\n",
		cfg.Scenario.Name, r.People.All, how, r.Site.Booked, r.Site.Places, r.Cost.Wall.Round(time.Millisecond))
	if err != nil {
		return fmt.Errorf("print progress: %w", err)
	}
	return nil
}
