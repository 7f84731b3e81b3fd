package capacity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/report"
)

// socketSection is the part of the page with the rows on sockets.
const socketSection = "sockets"

// promiseSection is the one with promises of the wait, whose seeds are their own.
const promiseSection = "promises"

// ErrApart: figures of further seeds are not those that were printed.
var ErrApart = errors.New("further seeds give other figures")

// options of the command.
type options struct {
	only, page, gateway     string
	write, confirm, sockets bool
	seeds                   int
	commit                  string // which one this is, if it is to be written down
}

// Command is `loadtest capacity`.
func Command() *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "capacity",
		Short: "Measure how much of what is possible a room uses",
		Long: "Play mornings in virtual time and say how many people entered of those who could have, first morning and later.\n" +
			"The tables go to standard output, and with --write into the page. A row has the median of five seeds, and their spread.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&o.only, "only", "", "play only these tables: names, separated by commas")
	cmd.Flags().IntVar(&o.seeds, "seeds", printedSeeds, "how many seeds a row has")
	cmd.Flags().BoolVar(&o.confirm, "confirm", false, "play 20 further seeds too, and say how far their medians are away")
	cmd.Flags().BoolVar(&o.sockets, "sockets", false, "play four rows with short clocks on sockets instead, by a real gateway, beside virtual time")
	cmd.Flags().StringVar(&o.gateway, "gateway", "", launch.GatewayFlag)
	cmd.Flags().BoolVar(&o.write, "write", false, "put the tables into the page")
	cmd.Flags().StringVar(&o.page, "page", "docs/capacity.md", "the page")
	return cmd
}

// chosen are the tables that were asked for.
func (o *options) chosen() (tables []Table, err error) {
	all := Tables()
	if o.only == "" {
		return all, nil
	}
	for name := range strings.SplitSeq(o.only, ",") {
		found := false
		var names []string
		for i := range all {
			names = append(names, all[i].Name)
			if all[i].Name == name {
				tables, found = append(tables, all[i]), true
			}
		}
		if !found {
			return nil, fmt.Errorf("capacity: no table %q, there are %s", name, strings.Join(names, ", "))
		}
	}
	return tables, nil
}

func (o *options) run(ctx context.Context, out, progress io.Writer) error {
	if o.write {
		// Before the page changes, which would make each tree an edited one.
		commit, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--exclude=*").Output()
		if err != nil {
			return fmt.Errorf("capacity: which commit this is: %w", err)
		}
		o.commit = strings.TrimSpace(string(commit))
	}
	if o.sockets {
		return o.onSockets(ctx, out)
	}
	tables, err := o.chosen()
	if err != nil {
		return err
	}
	if o.seeds < 1 {
		return errors.New("capacity: --seeds: must be 1 or more")
	}
	apart := 0
	for i := range tables {
		play := o.measured
		if tables[i].Play != nil {
			play = o.played
		}
		far, err := play(ctx, out, progress, &tables[i])
		if err != nil {
			return err
		}
		apart += far
	}
	if apart > 0 {
		return fmt.Errorf("%w: %d medians are more than %d points apart", ErrApart, apart, distant)
	}
	return nil
}

// measured plays a table's cases. far counts medians of further seeds that are too far away.
func (o *options) measured(ctx context.Context, out, progress io.Writer, t *Table) (far int, err error) {
	done := func(r *Result) { fmt.Fprintf(progress, "%s: %s, %s\n", t.Name, r.Name, r.Site) }
	printed, err := Measure(ctx, t.Cases, seedsFrom(firstSeed, uint64(o.seeds)), done) //nolint:gosec // at least 1
	if err != nil {
		return 0, fmt.Errorf("capacity: %w", err)
	}
	if o.confirm {
		further, err := Measure(ctx, t.Cases, seedsFrom(furtherSeed, furtherMore), done)
		if err != nil {
			return 0, fmt.Errorf("capacity: %w", err)
		}
		var table string
		table, far = Confirmation(printed, further)
		if err := o.put(out, t.Name+"-confirm", "further seeds: "+t.Title, table); err != nil {
			return far, err
		}
	}
	return far, o.put(out, t.Name, t.Title, t.Text+"\n\n"+Markdown(printed))
}

// played prints a table that has no cases. far counts what further seeds say otherwise.
func (o *options) played(ctx context.Context, out, _ io.Writer, t *Table) (far int, err error) {
	seeds := seedsFrom(firstSeed, uint64(o.seeds)) //nolint:gosec // at least 1
	text, err := t.Play(ctx, seeds)
	if err != nil {
		return 0, fmt.Errorf("capacity: %w", err)
	}
	if o.confirm && t.Confirm != nil {
		table, apart, err := t.Confirm(ctx, seeds, seedsFrom(furtherSeed, furtherMore))
		if err != nil {
			return 0, fmt.Errorf("capacity: %w", err)
		}
		far = apart
		if err := o.put(out, t.Name+"-confirm", "further seeds: "+t.Title, table); err != nil {
			return far, err
		}
	}
	return far, o.put(out, t.Name, t.Title, t.Text+"\n\n"+text)
}

// onSockets plays the rows of Sockets.
func (o *options) onSockets(ctx context.Context, out io.Writer) error {
	program, err := launch.FindGateway(o.gateway)
	if err != nil {
		return err
	}
	results, err := Sockets(ctx, program, SocketRows(), firstSeed)
	if err != nil {
		return fmt.Errorf("capacity: %w", err)
	}
	text, far := SocketTable(results)
	if err := o.put(out, socketSection, "The same on sockets", text); err != nil {
		return err
	}
	if far > 0 {
		return fmt.Errorf("%w: %d rows on sockets are more than %d points apart", ErrApart, far, distant)
	}
	return nil
}

// put prints a part of the page, and writes it there if that was asked for.
func (o *options) put(out io.Writer, section, title, text string) error {
	if _, err := fmt.Fprintf(out, "### %s\n\n%s\n", title, text); err != nil {
		return fmt.Errorf("capacity: %w", err)
	}
	if !o.write {
		return nil
	}
	seeds := fmt.Sprintf("seeds %d to %d", firstSeed, firstSeed+o.seeds-1)
	if strings.HasSuffix(section, "-confirm") {
		seeds += fmt.Sprintf(" and %d to %d", furtherSeed, furtherSeed+furtherMore-1)
	}
	how := "--only " + strings.TrimSuffix(section, "-confirm")
	if o.confirm {
		how += " --confirm"
	}
	if section == promiseSection {
		seeds = fmt.Sprintf("seeds from %d and %d", promiseSeed, casesSeed)
	}
	if section == socketSection {
		how, seeds = "--sockets", fmt.Sprintf("seed %d, in virtual time %d to %d", firstSeed, firstSeed, firstSeed+printedSeeds-1)
	}
	text += fmt.Sprintf("\n`go run ./loadtest capacity %s --write`, %s, commit %s, %s.\n", how, time.Now().UTC().Format(time.DateOnly), o.commit, seeds)
	return report.Splice(o.page, section, text)
}
