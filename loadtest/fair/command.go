package fair

import (
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/limit"
)

// Command prints both tables, as they stand in docs/draw.md.
func Command() *cobra.Command {
	var seed uint64
	var mornings int
	cmd := &cobra.Command{
		Use: "fair", Short: "What a draw's lots are worth, and how well the words about a chance hold", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			if err := printLots(out, rand.New(rand.NewPCG(seed, 1))); err != nil {
				return err
			}
			printCarriers(out, rand.New(rand.NewPCG(seed, 2)))
			printChance(out, mornings, rand.New(rand.NewPCG(seed, 3)))
			return nil
		},
	}
	cmd.Flags().Uint64Var(&seed, "seed", 15, "of the random numbers")
	cmd.Flags().IntVar(&mornings, "openings", 4000, "how many openings the words are told in")
	return cmd
}

// defaults are those of internal/config.
var defaults = limit.LotsOf{IPv4: 100, IPv6: 16}

func printLots(out io.Writer, rng *rand.Rand) error {
	fmt.Fprint(out, "| who asks | numbers of theirs, no bound | places won, chance of one | numbers of theirs, with lots | places won, chance of one | chance of everybody else, without and with |\n|---|---|---|---|---|---|\n")
	for _, six := range []bool{false, true} {
		for _, k := range []int{1, 10, 100, 1000} {
			c := Crowd{People: 20_000, Places: 625, Networks: k, Asks: 1000, IPv6: six}
			name := fmt.Sprintf("%d IPv4 addresses", k)
			if six {
				name = fmt.Sprintf("%d IPv6 networks, /48", k)
			}
			without, err := c.Play(20, rng)
			if err != nil {
				return err
			}
			c.Lots = defaults
			with, err := c.Play(200, rng)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "| %s | %d | %.1f, %.0f %% | %d | %.1f, %.0f %% | %.1f %%, %.1f %% |\n", name, without.Own, without.Won, 100*without.Any,
				with.Own, with.Won, 100*with.Any, 100*without.Honest, 100*with.Honest)
		}
	}
	fmt.Fprintln(out)
	return nil
}

func printCarriers(out io.Writer, rng *rand.Rand) {
	fmt.Fprint(out, "| addresses a carrier has for the region | beyond their lots, all by IPv4 | beyond, 70 % of the mobile ones by IPv6 |\n|---|---|---|\n")
	for _, k := range []int{16, 64, 256} {
		c := Carriers{People: 20_000, Mobile: 0.55, Addresses: k, Lots: defaults}
		four := c.Beyond(rng)
		c.IPv6 = 0.7
		fmt.Fprintf(out, "| %d | %.1f %% | %.1f %% |\n", k, 100*four, 100*c.Beyond(rng))
	}
	fmt.Fprintln(out)
}

func printChance(out io.Writer, mornings int, rng *rand.Rand) {
	h := PlayMornings(mornings, rng)
	brier, _ := h.Brier()
	fmt.Fprint(out, "| what the page says | how often | of them got one |\n|---|---|---|\n")
	for w := admission.Usually; w > admission.NoWord; w-- {
		fmt.Fprintf(out, "| %s | %d | %.0f %% |\n", w, h.Told[w], 100*float64(h.Got[w])/float64(max(1, h.Told[w])))
	}
	fmt.Fprintf(out, "\n%d openings, %d people asked. Brier score %.3f; of a law that says yes or no %.3f. Somebody who watches reads another word %.1f times, without edges that hold %.1f times.\n",
		mornings, h.All(), brier, h.Sure/float64(max(1, h.All())), float64(h.Changes)/float64(max(1, h.Asked)), float64(h.Plain)/float64(max(1, h.Asked)))
}
