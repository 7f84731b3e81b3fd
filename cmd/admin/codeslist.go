package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/operator"
)

func (a *app) codesListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list ROOM", Short: "Show the batches of a room, and what of them is in force",
		Long:                  "Show the batches of a room, and what of them is in force. Times are those of the\nzone of its schedule.",
		Example:               "  admin codes list termine",
		DisableFlagsInUseLine: true, Args: exactly(1), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			info, err := client.Codes(cmd.Context(), args[0])
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
}

// batchList is the table of batches, and below it what is to be said of some.
func batchList(info *operator.CodesInfo) string {
	if len(info.Batches) == 0 {
		return "codes of " + clean(info.ID) + ": there are none\n"
	}
	loc, err := time.LoadLocation(info.Zone)
	if err != nil {
		loc = time.UTC
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.In(loc).Format("2006-01-02 15:04")
	}
	var b, notes strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "BATCH\tGROUP\tCODES\tUSES\tMADE\tFROM\tUNTIL\tWITHDRAWN\tSTATE")
	for i := range info.Batches {
		c := &info.Batches[i]
		withdrawn := "-"
		if n := len(c.Revoked); n > 0 {
			withdrawn = strconv.Itoa(n)
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\n",
			c.Batch, clean(c.Group), c.Count, c.Uses, at(time.UnixMilli(c.Made)), at(c.From), at(c.Until), withdrawn, clean(c.State))
		if c.Why != "" {
			notes.WriteString(wrapped("!  ", fmt.Sprintf("batch %d: %s", c.Batch, c.Why)))
		}
	}
	_ = w.Flush() // into memory
	return b.String() + notes.String()
}

func (a *app) codesRevokeCommand() *cobra.Command {
	var asked operator.CodesRevoked
	var serials []uint
	var yes bool
	cmd := &cobra.Command{
		Use: "revoke ROOM [BATCH]", Short: "Withdraw a batch, or single codes",
		Long: "Withdraw a batch of codes, or single ones of it with --serial, or the codes that\n" +
			"--code names. Nobody comes in with them any more. Places that were taken with\nthem stay.",
		Example: "  admin codes revoke termine 3 --reason \"printed twice\"\n  admin codes revoke termine 3 --serial 17 --serial 18\n" +
			"  admin codes revoke termine --code 7KQ4-M2PX-9RTA-ZB3C",
		DisableFlagsInUseLine: true, Args: oneOrTwo, ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if (len(args) == 2) == (len(asked.Codes) > 0) {
				return usage(errors.New("want BATCH, with or without --serial, or --code"))
			}
			if len(args) == 2 {
				if asked.Batch, err = batchOf(args[1]); err != nil {
					return err
				}
			} else if len(serials) > 0 {
				return usage(errors.New("--serial: want the BATCH that it is of"))
			}
			for _, s := range serials {
				asked.Serials = append(asked.Serials, uint32(min(s, 1<<32-1)))
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			var info operator.CodesInfo
			err = a.insist(cmd.Context(), yes, func(code string) (err error) {
				asked.Confirm = code
				info, err = client.RevokeCodes(cmd.Context(), args[0], asked)
				return err
			})
			if err != nil {
				return &roomError{args[0], err}
			}
			if a.json {
				return a.printJSON(info)
			}
			for i := range info.Batches {
				if _, err := fmt.Fprintln(a.out, revoked(&info.Batches[i], info.ID)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().UintSliceVar(&serials, "serial", nil, "a single code by its `serial` (repeatable)")
	cmd.Flags().StringSliceVar(&asked.Codes, "code", nil, "a single `code` as it is printed (repeatable)")
	yesFlag(cmd.Flags(), &yes)
	reasonFlag(cmd.Flags(), &asked.Reason)
	return cmd
}

func revoked(c *operator.CodeBatch, room string) string {
	if c.State == operator.BatchRevoked {
		return fmt.Sprintf("batch %d of %s: withdrawn, all %d codes", c.Batch, clean(room), c.Count)
	}
	return fmt.Sprintf("batch %d of %s: %d of %d codes are withdrawn", c.Batch, clean(room), len(c.Revoked), c.Count)
}

func (a *app) codesRemoveCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "remove ROOM BATCH", Short: "Take a batch away that is over or withdrawn",
		Long:                  "Take a batch away that is over or withdrawn, so that there is room for others: a\nroom has at most 64. Its codes are unknown from then on.",
		Example:               "  admin codes remove termine 3",
		DisableFlagsInUseLine: true, Args: exactly(2), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			batch, err := batchOf(args[1])
			if err != nil {
				return err
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			if err := client.RemoveCodes(cmd.Context(), args[0], operator.CodesRemoved{Batch: batch, Because: operator.Because{Reason: reason}}); err != nil {
				return &roomError{args[0], err}
			}
			_, err = fmt.Fprintf(a.out, "batch %d of %s: removed\n", batch, clean(args[0]))
			return err
		},
	}
	reasonFlag(cmd.Flags(), &reason)
	return cmd
}
