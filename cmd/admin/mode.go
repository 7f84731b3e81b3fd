package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/plain"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// modeCommand sets mode and door by one word.
func (a *app) modeCommand() *cobra.Command {
	var on conditions
	var act operator.ModeAct
	words := make([]string, 0, len(operator.ModeWords()))
	for _, w := range operator.ModeWords() {
		words = append(words, string(w))
	}
	cmd := &cobra.Command{
		Use: "mode ROOM WORD", Short: "Set what a room does, by one word",
		Long: "Set what a room does, by one word:\n\n" +
			"  run    call places at the pace, and give numbers\n" +
			"  pause  call nobody; numbers are given as before\n" +
			"  close  give no more numbers; the line goes on\n" +
			"  drain  give no more numbers, and serve the line to its end\n" +
			"  open   nobody waits: everybody gets in at once, and the line is kept\n\n" +
			"What takes something from people is asked about at a terminal; elsewhere it\ntakes --yes.",
		Example:               "  admin mode termine drain --reason \"enough for today\"\n  admin mode termine open --yes",
		DisableFlagsInUseLine: true, Args: exactly(2), ValidArgsFunction: a.completeRoom(words),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := given(cmd.Flags(), on.version); err != nil {
				return err
			}
			if !slices.Contains(words, args[1]) {
				return usage(fmt.Errorf("%q: want one of %s", args[1], strings.Join(words, ", ")))
			}
			if bad := plain.Line(act.Reason); bad != "" {
				return usage(fmt.Errorf("--reason: %s", bad))
			}
			act.Mode = operator.ModeWord(args[1])
			act.On(on.version)
			return a.onRoom(args[0], func(client *adminclient.Client) error {
				var info operator.ModeInfo
				err := a.insist(cmd.Context(), on.yes, func(code string) (err error) {
					act.Confirm = code
					info, err = client.SetMode(cmd.Context(), args[0], act)
					return err
				})
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(info)
				}
				_, err = fmt.Fprintln(a.out, clean(modeSaid(&info)))
				return err
			})
		},
	}
	versionFlag(cmd.Flags(), &on.version)
	yesFlag(cmd.Flags(), &on.yes)
	reasonFlag(cmd.Flags(), &act.Reason)
	return cmd
}

// modeSaid is what a room does from now on.
func modeSaid(info *operator.ModeInfo) string {
	left := "nobody is left to be served"
	if info.ToServe == 1 {
		left = "1 person is still to be served"
	} else if info.ToServe > 1 {
		left = plan.Figure(info.ToServe) + " people are still to be served"
	}
	return fmt.Sprintf("%s is %s, its door is %s; %s; version %d", info.ID, state(&info.RoomInfo), info.Door, left, info.Version)
}

// staysCommand ends stays.
func (a *app) staysCommand() *cobra.Command {
	parent := &cobra.Command{
		Use: "stays", Short: "End the stays of people inside", Example: "  admin stays end termine --all --reason \"the site starts anew\"", DisableFlagsInUseLine: true, Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(a.staysEndCommand())
	return parent
}

func (a *app) staysEndCommand() *cobra.Command {
	var asked operator.StaysEnd
	var yes bool
	cmd := &cobra.Command{
		Use: "end ROOM (NUMBER CODE | --all)", Short: "End one stay, or all",
		Long: "End the stay of the place that a number and its code name, or all of a room.\n" +
			"Whoever had it is inside no more, at any gateway, and needs a new number.\n\n" +
			"It is asked about at a terminal; elsewhere it takes --yes.",
		Example: "  admin stays end termine 4711 7KQ4-M2PX --reason \"they asked for it\"\n" +
			"  admin stays end termine --all --reason \"the site starts anew\"",
		DisableFlagsInUseLine: true, ValidArgsFunction: a.completeRoom(nil),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 3 && (len(args) != 1 || !asked.All) || len(args) == 3 && asked.All {
				return usage(fmt.Errorf("want ROOM NUMBER CODE, or ROOM --all"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if len(args) == 3 {
				if asked.Number, err = placeNumber(args[1]); err != nil {
					return err
				}
				asked.Code = args[2]
			}
			if asked.Reason == "" {
				return usage(fmt.Errorf("--reason is missing: others will ask why"))
			}
			return a.onRoom(args[0], func(client *adminclient.Client) error {
				var ended operator.StaysEnded
				err := a.insist(cmd.Context(), yes, func(code string) (err error) {
					asked.Confirm = code
					ended, err = client.EndStays(cmd.Context(), args[0], asked)
					return err
				})
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(ended)
				}
				_, err = fmt.Fprintf(a.out, "stays of %s ended: %d\n", clean(ended.ID), ended.Ended)
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asked.All, "all", false, "end all stays of the room")
	yesFlag(cmd.Flags(), &yes)
	reasonFlag(cmd.Flags(), &asked.Reason)
	return cmd
}
