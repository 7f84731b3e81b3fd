package main

import (
	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
)

func (a *app) eventsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "events [ROOM]", Short: "Print the rooms as they change, for programs",
		Long: "Print all rooms, or one, as a line of JSON each time: at once when somebody has\n" +
			"changed one, and else once a second while figures change. It ends when the\n" +
			"gateway does, with exit code 3.",
		Example:               "  admin events\n  admin events termine | jq .rooms[].waiting",
		DisableFlagsInUseLine: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return exactly(1)(cmd, args)
		},
		ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			room := ""
			if len(args) == 1 {
				room = args[0]
			}
			err = client.Follow(cmd.Context(), room, func(rooms []operator.RoomInfo) error {
				line, err := jsonText(adminapi.RoomList{Rooms: rooms}, "")
				if err == nil {
					_, err = a.out.Write(line)
				}
				return err
			})
			switch {
			case cmd.Context().Err() != nil:
				return nil // somebody has seen enough
			case room != "":
				return &roomError{room, err}
			}
			return err
		},
	}
}
