package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/adminclient"
)

func (a *app) roomsCommand() *cobra.Command {
	var wide bool
	cmd := &cobra.Command{
		Use:   "rooms",
		Short: "Show all rooms",
		Long: "Show all rooms, and below them what is unusual.\n\n" +
			"WAITING  in the line                 COUNTED  what of INSIDE counts for MAX\n" +
			"ASKING   at the door of a full room  MAX      the bound inside; -: none\n" +
			"INSIDE   with a live pass            PER MIN  the rate\n" +
			"USED     of the entries that rate and plan allowed in the last ten minutes while\n" +
			"         somebody waited; -: nobody did",
		Example:               "  admin rooms\n  admin rooms --wide\n  admin rooms --json",
		DisableFlagsInUseLine: true,
		Args:                  exactly(0),
		ValidArgsFunction:     cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			rooms, err := client.Rooms(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(adminapi.RoomList{Rooms: rooms})
			}
			_, err = fmt.Fprint(a.out, overview(rooms, wide))
			return err
		},
	}
	wideFlag(cmd.Flags(), &wide)
	return cmd
}

func wideFlag(flags *pflag.FlagSet, wide *bool) {
	flags.BoolVar(wide, "wide", false, "all figures, in more than 80 columns")
}

// clearScreen moves to the top left corner and clears what is below (ECMA-48).
const clearScreen = "\x1b[H\x1b[J"

func (a *app) watchCommand() *cobra.Command {
	var interval time.Duration
	var wide, tables bool
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Show all rooms, again and again",
		Long: "Show all rooms on the whole terminal, with a clock, what they did in the last\n" +
			"half an hour, and what somebody has to do something about. Its keys: up and\n" +
			"down select a room, p pauses it or lets it run again, ? says more, q ends.\n\n" +
			"Where there is no terminal, or with --table or --wide, the tables of admin rooms\n" +
			"come one after another until it is interrupted. A gateway that cannot be reached\n" +
			"is asked again.",
		Example:               "  admin watch\n  admin watch --interval 5s --wide\n  admin watch --table | tee morning.txt",
		DisableFlagsInUseLine: true,
		Args:                  exactly(0),
		ValidArgsFunction:     cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if interval < 100*time.Millisecond {
				return usage(fmt.Errorf("--interval %v: want at least 100ms", interval))
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			if a.keys && !wide && !tables && !a.json {
				return a.fullScreen(cmd.Context(), client, interval)
			}
			return a.watch(cmd.Context(), client, a.tick(interval), wide)
		},
	}
	cmd.Flags().DurationVar(&interval, "interval", time.Second, "time between two looks")
	cmd.Flags().BoolVar(&tables, "table", false, "tables one after another, on a terminal too")
	wideFlag(cmd.Flags(), &wide)
	return cmd
}

// watch prints the rooms at each tick until ctx ends. Only what will not get better by itself ends it earlier. What answers in place
// of a gateway that was seen (a proxy before one that restarts) is waited for as well.
func (a *app) watch(ctx context.Context, client *adminclient.Client, ticks <-chan time.Time, wide bool) error {
	for seen := false; ; {
		rooms, err := client.Rooms(ctx)
		var view string
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // the operator has seen enough
		case err != nil && passes(err, seen):
			view = a.explain(err) + "\n"
		case err != nil:
			return err
		case a.json:
			seen, err = true, a.printJSON(adminapi.RoomList{Rooms: rooms})
		default:
			seen, view = true, overview(rooms, wide)
		}
		if err := a.show(view, err); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
		}
	}
}

// show prints one view in place of the last.
func (a *app) show(view string, err error) error {
	switch {
	case view == "":
		return err
	case a.terminal && !a.json:
		view = clearScreen + view
	}
	_, err = fmt.Fprint(a.out, view)
	return err
}
