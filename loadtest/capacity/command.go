package capacity

import (
	"fmt"

	"github.com/spf13/cobra"
)

// Command is `loadtest capacity`.
func Command() *cobra.Command {
	cmd := &cobra.Command{
		Use: "capacity",
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintln(cmd.ErrOrStderr())
			for _, cases := range [][]Case{Bound(), Crowds(), Strangers(), Visits(), Taught(), Unused()} {
				all, err := Measure(cmd.Context(), cases, []uint64{1, 2, 3, 4, 5}, func(*Result) {})
				fmt.Fprintln(cmd.OutOrStdout(), Markdown(all))
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	return cmd
}
