package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// planRehearseCommand plays the day of a room in a process of its own: the program gateway has the store, the site and the people for it, and
// this one has none. Nothing but the schedule and the rate comes from the gateway that runs, and nothing goes back.
func (a *app) planRehearseCommand() *cobra.Command {
	var within time.Duration
	opening, program := "", ""
	cmd := &cobra.Command{
		Use: "rehearse ROOM", Short: "Play the room's day in a few minutes, beside the room",
		Long: "Play the day of the opening that is under way, or of the next one, in a few\nminutes, and print what happens at each step.\n\n" +
			"It runs on this machine, with the program gateway: in a room of its own, in\nfront of the demo site, with simulated people. The room is not touched.\n" +
			"What is rehearsed is the plan: places and people are fewer, and the site is not\nyours.",
		Example:               "  admin plan rehearse termine\n  admin plan rehearse termine --opening \"2026-12-07 08:00\" --within 10m",
		DisableFlagsInUseLine: true, Args: exactly(1), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			p, err := client.Plan(cmd.Context(), args[0])
			if err != nil {
				return &roomError{args[0], err}
			}
			room, err := client.Room(cmd.Context(), args[0])
			if err != nil {
				return &roomError{args[0], err}
			}
			if p.Schedule.Empty() {
				return fmt.Errorf("room %s has no schedule, so there is no day to rehearse", args[0])
			}
			if program == "" {
				if program, err = gatewayProgram(); err != nil {
					return err
				}
			}
			with := []string{"rehearse", "-", "--within", within.String(), "--rate", strconv.FormatInt(room.Rate, 10), "--now", p.AsOf.Format(time.RFC3339)}
			if opening != "" {
				with = append(with, "--opening", opening)
			}
			run := exec.CommandContext(cmd.Context(), program, with...)
			run.Stdin, run.Stdout, run.Stderr = strings.NewReader(p.Schedule.Encode()), a.out, a.err
			run.Env = withoutOurs(os.Environ())
			// An interrupt reaches the whole group of a terminal; the program ends by itself.
			run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
			run.WaitDelay = 10 * time.Second
			if err := run.Run(); err != nil {
				return fmt.Errorf("%s: %w", program, err)
			}
			return nil
		},
	}
	cmd.Flags().DurationVar(&within, "within", 3*time.Minute, "how long it takes, 10s to 1h")
	cmd.Flags().StringVar(&program, "gateway", "", "the `program` gateway (default the one beside\nthis one, else that of PATH)")
	openingFlag(cmd.Flags(), &opening)
	return cmd
}

// gatewayProgram is the program beside this one, or in PATH.
func gatewayProgram() (string, error) {
	if self, err := os.Executable(); err == nil {
		if beside := filepath.Join(filepath.Dir(self), "gateway"); isProgram(beside) {
			return beside, nil
		}
	}
	found, err := exec.LookPath("gateway")
	if err != nil {
		return "", errors.New("a rehearsal runs the program gateway, which is neither beside this one nor in PATH: name it with --gateway")
	}
	return found, nil
}

func isProgram(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// withoutOurs is an environment without settings of a gateway: a rehearsal has its own, and needs no token.
func withoutOurs(env []string) (out []string) {
	for _, v := range env {
		if !strings.HasPrefix(v, "EINLASS_") {
			out = append(out, v)
		}
	}
	return out
}
