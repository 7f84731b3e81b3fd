package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// setter is one command that changes a room.
type setter struct {
	use, short, long string
	// set puts the argument behind the room, if there is one, into the change.
	set func(c *operator.Change, arg string) error
	// said describes the room afterwards.
	said func(r *operator.RoomInfo) string
}

func (a *app) changeCommands() []*cobra.Command {
	mode := func(m queue.Mode) func(*operator.Change, string) error {
		return func(c *operator.Change, _ string) error { c.Mode = &m; return nil }
	}
	setters := []setter{
		{
			"rate ROOM N", "Set how many people may enter per minute",
			"N is entries per minute, 0 to 10000000. The burst follows if it was one second's worth of the old rate.",
			number(func(c *operator.Change) **int64 { return &c.Rate }),
			func(r *operator.RoomInfo) string {
				return fmt.Sprintf("%d entries per minute, at most %d at once", r.Rate, r.Burst)
			},
		},
		{
			"max-inside ROOM N", "Set how many people may be inside",
			"N is 0 to 1000000000; 0 means no bound. Nobody enters while so many count as inside; see strict.",
			number(func(c *operator.Change) **int64 { return &c.MaxInside }),
			func(r *operator.RoomInfo) string {
				if r.MaxInside == 0 {
					return "no bound for people inside"
				}
				return fmt.Sprintf("at most %d people inside", r.MaxInside)
			},
		},
		{
			"burst ROOM N", "Set how many people may enter at once", "N is 1 to 1000000.",
			number(func(c *operator.Change) **int64 { return &c.Burst }),
			func(r *operator.RoomInfo) string {
				return fmt.Sprintf("%d entries per minute, at most %d at once", r.Rate, r.Burst)
			},
		},
		{
			"pause ROOM", "Call nobody", "Who was called may still go in, who is inside stays inside.", mode(queue.ModePause),
			func(*operator.RoomInfo) string { return "paused" },
		},
		{
			"resume ROOM", "Go on calling", "Calls places at the pace again.", mode(queue.ModeRun),
			func(r *operator.RoomInfo) string { return fmt.Sprintf("running, %d entries per minute", r.Rate) },
		},
		{
			"strict ROOM on|off", "Count everybody inside in full until the stay ends, or not",
			"on: each stay counts in full until it ends, for a bound that is a contract. off: it counts in full for a moment after each\n" +
				"request, then by the chance of another one, as learned.",
			func(c *operator.Change, arg string) error {
				on := arg == "on"
				if !on && arg != "off" {
					return fmt.Errorf("%q is neither on nor off", arg)
				}
				c.Strict = &on
				return nil
			},
			func(r *operator.RoomInfo) string {
				if r.Strict {
					return "everybody inside counts in full"
				}
				return "people inside count by the chance of another request"
			},
		},
		{
			"message ROOM TEXT", "Show a text to everybody who waits", "TEXT is plain text of at most 2000 bytes; \"\" takes the message away.",
			func(c *operator.Change, text string) error { c.Message = &text; return nil },
			func(r *operator.RoomInfo) string {
				if r.Message == "" {
					return "no message"
				}
				return fmt.Sprintf("message »%s«", r.Message)
			},
		},
	}
	commands := make([]*cobra.Command, len(setters))
	for i, s := range setters {
		commands[i] = a.changeCommand(s)
	}
	return commands
}

func number(member func(*operator.Change) **int64) func(*operator.Change, string) error {
	return func(c *operator.Change, arg string) error {
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", arg)
		}
		*member(c) = &n
		return nil
	}
}

func (a *app) changeCommand(s setter) *cobra.Command {
	var ifVersion int64
	var reason string
	cmd := &cobra.Command{
		Use: s.use, Short: s.short, Long: s.short + ".\n\n" + s.long,
		DisableFlagsInUseLine: true,
		Args:                  exactly(strings.Count(s.use, " ")),
		RunE: func(cmd *cobra.Command, args []string) error {
			change := operator.Change{IfVersion: ifVersion, Reason: reason}
			if err := given(cmd.Flags(), ifVersion); err != nil {
				return err
			}
			arg := ""
			if len(args) > 1 {
				arg = args[1]
			}
			if err := s.set(&change, arg); err != nil {
				return err
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			room, err := client.Update(cmd.Context(), args[0], change)
			if err != nil {
				return &roomError{args[0], err}
			}
			if a.json {
				return a.printJSON(room)
			}
			_, err = fmt.Fprintf(a.out, "%s: %s (version %d)\n", room.ID, clean(s.said(&room)), room.Version)
			return err
		},
	}
	versionFlag(cmd.Flags(), &ifVersion)
	reasonFlag(cmd.Flags(), &reason)
	return cmd
}

func reasonFlag(flags *pflag.FlagSet, reason *string) {
	flags.StringVar(reason, "reason", "", "why, for the gateway's log: one line that names nobody")
}

func versionFlag(flags *pflag.FlagSet, version *int64) {
	flags.Int64Var(version, "if-version", 0, "change only what has not changed since this version of the controls")
}

// given checks a version that versionFlag has read.
func given(flags *pflag.FlagSet, version int64) error {
	if flags.Changed("if-version") && version < 1 {
		return fmt.Errorf("version %d: want 1 or more", version)
	}
	return nil
}
