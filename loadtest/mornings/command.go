package mornings

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/report"
	"github.com/einlass/einlass/loadtest/scenarios"
)

// sizes let the whole set take some five minutes on two cores.
func sizes() map[string]Size {
	return map[string]Size{
		"memmingen":      {Factor: 0.03, Speed: 400, Gentle: 0.5},
		"speyer":         {Factor: 0.03, Speed: 540, Gentle: 0.5}, // three hours are twenty seconds
		"hessen":         {Factor: 0.004, Speed: 300, Gentle: 0.7},
		"goeppingen":     {Factor: 0.03, Speed: 400, Gentle: 0.5},
		"memmingen-draw": {Factor: 0.03, Speed: 400, Gentle: 0.5},
		"speyer-draw":    {Factor: 0.03, Speed: 540, Gentle: 0.5},
	}
}

// play plays mornings, each without the gate and with it at the same time, and says how far it is. program is the gateway.
// All four take about five minutes.
func play(ctx context.Context, w io.Writer, program string, all []scenarios.Scenario, seed uint64) (pairs []Pair, err error) {
	for _, s := range all {
		size, ok := sizes()[s.Name]
		if !ok {
			return nil, fmt.Errorf("mornings: %q has no size", s.Name)
		}
		p := Pair{Scenario: s, Size: size}
		var both sync.WaitGroup
		var without, with error
		pair, cancel := context.WithCancel(ctx)
		both.Go(func() {
			if p.Without, without = Play(pair, s, size, false, "", seed); without != nil {
				cancel()
			}
		})
		both.Go(func() {
			if p.With, with = Play(pair, s, size, true, program, seed); with != nil {
				cancel()
			}
		})
		both.Wait()
		cancel()
		if err := errors.Join(without, with, ctx.Err()); err != nil {
			return pairs, err
		}
		fmt.Fprintf(w, "%s: %d of %d booked without the gate, %d with it\n", s.Title, p.Without.Site.Booked, p.Without.Site.Places, p.With.Site.Booked)
		if c := &p.With.People; c.CallersNumbered > 0 {
			fmt.Fprintf(w, "%s: %d callers, %d told a number, %d booked, %d of them by the staff, %d due when all was over\n",
				s.Title, c.Callers, c.CallersNumbered, c.CallersBooked, c.CallersAssisted, c.CallersDue)
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}

// ErrNotKept: a promise was not kept.
var ErrNotKept = errors.New("a promise was not kept")

// kept says which promises were not.
func kept(pairs []Pair) error {
	var errs []error
	for i := range pairs {
		scaled, err := pairs[i].Scenario.Scale(pairs[i].Size.Factor)
		if err != nil {
			return fmt.Errorf("mornings: %w", err)
		}
		for _, f := range scaled.Judge(&pairs[i].With) {
			if !f.Kept {
				errs = append(errs, fmt.Errorf("%w: %s: %s: %s", ErrNotKept, scaled.Name, f.Promise, f.Figure))
			}
		}
		for _, v := range pairs[i].With.Violations {
			errs = append(errs, fmt.Errorf("%s: %s", scaled.Name, v))
		}
	}
	return errors.Join(errs...)
}

// Command is `loadtest sockets`.
func Command() *cobra.Command {
	var name, file, gateway string
	var insert bool
	var seed uint64
	cmd := &cobra.Command{
		Use:   "sockets",
		Short: "Play the four mornings on sockets, with the gate and without",
		Long: "Play the four mornings on real sockets, smaller and faster than they were, with the real gateway and without.\n" +
			"All of them take about five minutes on two cores. The tables go to standard output, and with --write into the page.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all := scenarios.All()
			if name != "" {
				s, err := scenarios.Named(name)
				if err != nil {
					return err
				}
				all = []scenarios.Scenario{s}
			}
			program, err := launch.FindGateway(gateway)
			if err != nil {
				return err
			}
			pairs, err := play(cmd.Context(), cmd.ErrOrStderr(), program, all, seed)
			if err != nil {
				return err
			}
			text, err := Markdown(pairs)
			if err != nil {
				return err
			}
			if _, err := io.WriteString(cmd.OutOrStdout(), text); err != nil {
				return fmt.Errorf("mornings: %w", err)
			}
			if insert {
				if err := report.Splice(file, section, text); err != nil {
					return err
				}
			}
			return kept(pairs)
		},
	}
	cmd.Flags().StringVar(&name, "scenario", "", "play only this one")
	cmd.Flags().StringVar(&gateway, "gateway", "", launch.GatewayFlag)
	cmd.Flags().BoolVar(&insert, "write", false, "put the tables into the page")
	cmd.Flags().StringVar(&file, "page", "docs/mornings.md", "the page")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "seed of everything that is drawn")
	return cmd
}
