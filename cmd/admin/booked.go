package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

func (a *app) bookedCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "booked ROOM [N]", Short: "Show how many are booked, or correct it",
		Long: "Show how many are booked in all, or say that it is N.\n\n" +
			"The gateway counts what it sees in the site's answers, and what it is told. What\nwas booked elsewhere, at a counter or by telephone, it cannot see: N is the\nnumber by the site's own books.\n" +
			"A higher one lets fewer people in, a lower one more.",
		Example:               "  admin booked termine\n  admin booked termine 412 --reason \"as the booking list says\"",
		DisableFlagsInUseLine: true, Args: oneOrTwo, ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			if len(args) == 1 {
				info, err := client.Room(cmd.Context(), args[0])
				if err != nil {
					return &roomError{args[0], err}
				}
				if a.json {
					return a.printJSON(info.Opening)
				}
				_, err = fmt.Fprintln(a.out, stock(info.ID, info.Opening.Booked, info.Opening.Quota))
				return err
			}
			total, err := strconv.ParseInt(args[1], 10, 64)
			if err != nil || total < 0 || total > queue.MaxInsideLimit {
				return usage(fmt.Errorf("%q: want a whole number, 0 to %d", args[1], queue.MaxInsideLimit))
			}
			h, err := client.Tell(cmd.Context(), args[0], operator.Told{Total: &total, Because: operator.Because{Reason: reason}})
			if err != nil {
				return &roomError{args[0], err}
			}
			if a.json {
				return a.printJSON(h)
			}
			_, err = fmt.Fprintf(a.out, "%s (was %d)\n", stock(h.ID, total, h.Quota), h.Before)
			return err
		},
	}
	reasonFlag(cmd.Flags(), &reason)
	return cmd
}

// oneOrTwo accepts one or two arguments.
func oneOrTwo(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(errors.New("ROOM is missing"))
	}
	return exactly(min(len(args), 2))(cmd, args)
}

// stock says how many are booked of how many.
func stock(room string, booked int64, quota *int64) string {
	if quota == nil {
		return fmt.Sprintf("booked of %s: %d, without a quota", clean(room), booked)
	}
	text := fmt.Sprintf("booked of %s: %d of %d", clean(room), booked, *quota)
	if left := *quota - booked; left > 0 {
		return text + fmt.Sprintf(", %d left", left)
	}
	return text + ", nothing left"
}
