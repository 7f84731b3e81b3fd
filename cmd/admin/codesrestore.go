package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/operator"
)

func (a *app) codesRestoreCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "restore ROOM FILE", Short: "Put batches back that were lost",
		Long: "Put batches back that were lost, so that their codes count again. FILE is what\n" +
			"admin codes list --json has written; - is the standard input. Batches that are\nthere stay as they are. The keyring must have their keys.",
		Example:               "  admin codes list termine --json > batches.json\n  admin codes restore termine batches.json",
		DisableFlagsInUseLine: true, Args: exactly(2), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := a.readFileOrInput(args[1])
			if err != nil {
				return fmt.Errorf("read the batches: %w", err)
			}
			var listed operator.CodesInfo
			if err := json.Unmarshal(text, &listed); err != nil || len(listed.Batches) == 0 {
				return usage(fmt.Errorf("%s: no batches, as admin codes list --json writes them", args[1]))
			}
			if listed.ID != args[0] {
				return usage(errors.New("these are batches of the room " + clean(listed.ID) + ": their codes are unknown in another one"))
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			info, err := client.RestoreCodes(cmd.Context(), args[0], operator.CodesRestored{Batches: listed.Batches, Because: operator.Because{Reason: reason}})
			if err != nil {
				return &roomError{args[0], err}
			}
			if a.json {
				return a.printJSON(info)
			}
			_, err = fmt.Fprint(a.out, batchList(&info))
			return err
		},
	}
	reasonFlag(cmd.Flags(), &reason)
	return cmd
}
