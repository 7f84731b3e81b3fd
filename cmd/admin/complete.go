package main

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// completeWithin bounds how long a shell waits for the names of rooms.
const completeWithin = 800 * time.Millisecond

// completeRoom completes the first argument by the rooms of the gateway, the second by words. A gateway that is away, and a token
// that is missing, complete nothing and say nothing: the shell shows what is printed in the middle of a command line.
func (a *app) completeRoom(words []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		const only = cobra.ShellCompDirectiveNoFileComp
		switch len(args) {
		case 0:
			return a.roomsThatBegin(cmd.Context(), begun), only
		case 1:
			return words, only
		}
		return nil, only
	}
}

func (a *app) roomsThatBegin(ctx context.Context, begun string) (ids []cobra.Completion) {
	a.err, a.timeout = io.Discard, completeWithin
	client, err := a.client()
	if err != nil {
		return nil
	}
	defer client.Close()
	rooms, err := client.Rooms(ctx)
	if err != nil {
		return nil
	}
	for i := range rooms {
		if id := rooms[i].ID; strings.HasPrefix(id, begun) && id == clean(id) {
			ids = append(ids, cobra.CompletionWithDesc(id, clean(rooms[i].Title)))
		}
	}
	return ids
}
