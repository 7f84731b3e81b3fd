package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// trial is one command below debug.
type trial struct {
	use, short, long, example string
	// act is made of the arguments behind the room, and of flags.
	act func(args []string) (operator.DebugAct, error)
	// flags belong to act; nil: none.
	flags func(*pflag.FlagSet)
	// because is where the reason goes; nil: it takes none. on is where --if-version goes.
	because *operator.Because
	on      interface{ On(version int64) }
}

func (a *app) debugCommand() *cobra.Command {
	parent := &cobra.Command{
		Use: "debug", Short: "Try what a room can do and no configuration asks for yet",
		Long: "Try what a room can do and no configuration asks for yet.\n\nFor tests and trials, not for a day on which people come: these commands change\n" +
			"the line of everybody that waits, and they may change with each release.\n\n" +
			"Answers are JSON. Ids, codes and references are 22 characters of base64url.",
		Example:               "  admin debug snapshot termine",
		DisableFlagsInUseLine: true,
		Args:                  exactly(0),
		RunE:                  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, t := range a.trials() {
		parent.AddCommand(a.trialCommand(t))
	}
	return parent
}

// trials is one command an act.
func (a *app) trials() []trial {
	var (
		plan   operator.DebugPlan
		reveal operator.DebugReveal
		find   operator.DebugFind
		join   operator.DebugJoin
		move   operator.DebugMove
		report operator.DebugReport
		told   operator.Outcome
	)
	plain := func(act operator.DebugAct) func([]string) (operator.DebugAct, error) {
		return func([]string) (operator.DebugAct, error) { return act, nil }
	}
	return []trial{
		{
			use: "plan ROOM FILE", short: "Replace the plan by the steps of a JSON file",
			example: "  admin debug plan termine plan.json", because: &plan.Because, on: &plan,
			act: func(args []string) (operator.DebugAct, error) {
				text, err := a.readFile(args[0])
				if err == nil {
					err = json.Unmarshal(text, &plan)
				}
				return &plan, err
			},
		},
		{
			use: "reveal ROOM OPENING SEED", short: "Put the seed of a draw in force: 64 hexadecimal digits",
			long:    "All 0 stands for the order of arrival.",
			example: "  admin debug reveal termine monday …64 digits",
			act: func(args []string) (operator.DebugAct, error) {
				reveal.Opening, reveal.Seed = args[0], args[1]
				return &reveal, nil
			},
			because: &reveal.Because,
		},
		{
			use: "report ROOM booked|freed|finished|total", short: "Tell an outcome",
			example: "  admin debug report termine booked --count 2",
			act: func(args []string) (operator.DebugAct, error) {
				report.Outcomes = []operator.Outcome{told}
				return &report, word(args[0], &report.Outcomes[0].Kind)
			},
			flags: func(f *pflag.FlagSet) {
				f.Var((*idFlag)(&told.Visitor), "visitor", "whose stay it is of")
				f.Int64Var(&told.Count, "count", 0, "how many")
				f.Var((*idFlag)(&told.Ref), "ref", "what it is counted once for; without it, it is a new one")
			},
			because: &report.Because,
		},
		{
			use: "find ROOM NUMBER", short: "Find the visitor whose page shows a number",
			example: "  admin debug find termine 1234",
			act: func(args []string) (_ operator.DebugAct, err error) {
				if find.Number, err = strconv.ParseUint(args[0], 10, 64); err != nil {
					return nil, usage(fmt.Errorf("%q is not a whole number", args[0]))
				}
				return &find, nil
			},
			flags: func(f *pflag.FlagSet) {
				f.Uint64Var(&find.Epoch, "epoch", 0, "epoch of the ticket; 0: of the line as it is now")
			},
		},
		{
			use: "move ROOM front|remove|end|hand", short: "Move a visitor: to the front, out, or to another id",
			long: "front: before everybody. remove: out of the line. end: its stay is over.\n" +
				"hand: its place belongs to the id --to.",
			example: "  admin debug move termine front --visitor ID",
			act:     func(args []string) (operator.DebugAct, error) { return &move, word(args[0], &move.Act) },
			flags: func(f *pflag.FlagSet) {
				f.Var((*idFlag)(&move.Visitor), "visitor", "who; end without it ends all stays")
				f.Var((*idFlag)(&move.To), "to", "the other id")
				f.Var((*idFlag)(&move.Ref), "ref", "what makes a repeated act one")
			},
			because: &move.Because,
		},
		{
			use: "join ROOM", short: "Take a place for a visitor that has no browser",
			example: "  admin debug join termine", act: plain(&join),
			flags: func(f *pflag.FlagSet) {
				f.Uint8Var(&join.Lane, "lane", 0, "lane, 0 to 7")
				f.Var((*idFlag)(&join.Code), "code", "a code of the door")
				f.Uint8Var(&join.Uses, "uses", 0, "how many visitors may use the code; 0: one")
			},
			because: &join.Because,
		},
		{
			use: "snapshot ROOM", short: "Show all that the gateway knows of the line", act: plain(operator.DebugSnapshot{}),
			example: "  admin debug snapshot termine",
		},
	}
}

// word reads the name of a kind or an act.
func word[T any, P interface {
	*T
	UnmarshalText([]byte) error
}](text string, to **T) error {
	v := new(T)
	if err := P(v).UnmarshalText([]byte(text)); err != nil {
		return usage(err)
	}
	*to = v
	return nil
}

// idFlag is an id as a flag.
type idFlag journal.ID

func (f *idFlag) String() string {
	if *f == (idFlag{}) {
		return ""
	}
	text, _ := journal.ID(*f).MarshalText() // never fails
	return string(text)
}

func (f *idFlag) Set(text string) error { return (*journal.ID)(f).UnmarshalText([]byte(text)) }

func (*idFlag) Type() string { return "id" }

// words are the second arguments there are, if they are words.
func (t *trial) words() []string {
	if list := strings.Fields(t.use)[min(2, strings.Count(t.use, " ")):]; strings.Contains(list[0], "|") {
		return strings.Split(list[0], "|")
	}
	return nil
}

func (a *app) trialCommand(t trial) *cobra.Command {
	var ifVersion int64
	cmd := &cobra.Command{
		Use: t.use, Short: t.short, Long: strings.TrimSpace(t.short + ".\n\n" + t.long), Example: t.example, DisableFlagsInUseLine: true,
		Args: exactly(strings.Count(t.use, " ")), ValidArgsFunction: a.completeRoom(t.words()),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := given(cmd.Flags(), ifVersion); err != nil {
				return err
			}
			act, err := t.act(args[1:])
			if err != nil {
				return err
			}
			if t.on != nil {
				t.on.On(ifVersion)
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			answer, err := client.Debug(cmd.Context(), args[0], act)
			if err != nil {
				return &roomError{args[0], err}
			}
			return a.printJSON(answer)
		},
	}
	if t.flags != nil {
		t.flags(cmd.Flags())
	}
	if t.because != nil {
		reasonFlag(cmd.Flags(), &t.because.Reason)
	}
	if t.on != nil {
		versionFlag(cmd.Flags(), &ifVersion)
	}
	return cmd
}
