package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/adminclient"
)

func (a *app) roomsCommand() *cobra.Command {
	return &cobra.Command{
		Use:                   "rooms",
		Short:                 "Show all rooms",
		DisableFlagsInUseLine: true,
		Args:                  exactly(0),
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
			_, err = fmt.Fprint(a.out, table(rooms))
			return err
		},
	}
}

// clearScreen moves to the top left corner and clears what is below (ECMA-48).
const clearScreen = "\x1b[H\x1b[J"

func (a *app) watchCommand() *cobra.Command {
	var interval time.Duration
	cmd := &cobra.Command{
		Use:                   "watch",
		Short:                 "Show all rooms, again and again",
		Long:                  "Show all rooms, again and again, until it is interrupted. A gateway that cannot be reached is asked again.",
		DisableFlagsInUseLine: true,
		Args:                  exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if interval < 100*time.Millisecond {
				return fmt.Errorf("interval %v: want at least 100ms", interval)
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			return a.watch(cmd.Context(), client, a.tick(interval))
		},
	}
	cmd.Flags().DurationVar(&interval, "interval", time.Second, "time between two looks")
	return cmd
}

// watch prints the rooms at each tick until ctx ends. Only what will not get better by itself ends it earlier.
func (a *app) watch(ctx context.Context, client *adminclient.Client, ticks <-chan time.Time) error {
	for {
		rooms, err := client.Rooms(ctx)
		var view string
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // the operator has seen enough
		case errors.Is(err, adminclient.ErrUnreachable), errors.Is(err, adminclient.ErrUnavailable):
			view = a.explain(err) + "\n"
		case err != nil:
			return err
		case a.json:
			err = a.printJSON(adminapi.RoomList{Rooms: rooms})
		default:
			view = table(rooms)
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
