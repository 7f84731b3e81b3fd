package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/pkg/queue/journal"
)

// ErrBroken is what the command ends with when a rule was broken.
var ErrBroken = errors.New("rules of the line were broken")

// ErrIncomplete: no rule was broken as far as the journals reach, and they do not reach to the end. That is no acquittal.
var ErrIncomplete = errors.New("the journals are not complete, what came later was not judged")

// Command is `loadtest check`.
func Command() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "check FILE…",
		Short: "Hold the journals of one room's gateways to the rules, and report what happened",
		Long: "Reads the files that gateways with journal.dir set have written for one room, all of them, and prints the\n" +
			"report after the opening. The exit code is 1 when a rule was broken, or\nwhen a journal breaks off because it could not be written.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			print, err := printer(format)
			if err != nil {
				return err
			}
			m, err := journal.Merge(args...)
			if err != nil {
				return err
			}
			r, err := Run(m)
			if err != nil {
				return err
			}
			if err := print(cmd.OutOrStdout(), r); err != nil {
				return fmt.Errorf("print the report: %w", err)
			}
			if n := r.Summary.Violations; n > 0 {
				return fmt.Errorf("%w: %d violations", ErrBroken, n)
			}
			if r.Until > 0 {
				return ErrIncomplete
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "markdown", "markdown or json")
	return cmd
}

func printer(format string) (func(io.Writer, *Report) error, error) {
	switch format {
	case "markdown":
		return func(w io.Writer, r *Report) error {
			_, err := io.WriteString(w, Markdown(r))
			return err
		}, nil
	case "json":
		return func(w io.Writer, r *Report) error {
			enc := json.NewEncoder(w)
			enc.SetIndent("", "  ")
			return enc.Encode(r)
		}, nil
	default:
		return nil, fmt.Errorf("--format %s: want markdown or json", format)
	}
}
