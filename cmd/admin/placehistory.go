package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue/journal"
)

func (a *app) placeHistoryCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "history ROOM NUMBER CODE", Short: "Tell what became of a place",
		Long: "Tell what became of a place, from the journals of the gateway (journal.dir):\n" +
			"when its number was given, when its page asked, its turn, its stay and its end.\nWho looks is recorded.",
		Example: "  admin place history termine 4711 7KQ4-M2PX", DisableFlagsInUseLine: true, Args: exactly(3), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			number, err := placeNumber(args[1])
			if err != nil {
				return err
			}
			return a.onRoom(args[0], func(client *adminclient.Client) error {
				told, err := client.PlaceHistory(cmd.Context(), args[0], operator.PlaceAct{Number: number, Code: args[2], Because: operator.Because{Reason: reason}})
				switch {
				case err != nil:
					return err
				case a.json:
					return a.printJSON(told)
				}
				_, err = fmt.Fprint(a.out, historyText(&told))
				return err
			})
		},
	}
	reasonFlag(cmd.Flags(), &reason)
	return cmd
}

// stepWords say what was answered about a place. It is a constant table.
var stepWords = map[journal.Kind]string{
	journal.Join: "the number was given", journal.Keep: "its page asked", journal.Claim: "it went in at its turn", journal.Renew: "a request inside",
	journal.Finish: "the site ended the stay", journal.Leave: "it was given up", journal.Report: "the site told of a booking", journal.Moved: "it was moved",
	journal.Uncertain: "a request whose answer was lost", journal.Shown: "it was shown",
}

func historyText(told *operator.PlaceTold) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d  %s  %s now\n", told.Number, clean(told.Code), clean(told.State))
	if len(told.Steps) == 0 {
		b.WriteString("The journals that there are tell nothing of it.\n")
	}
	rows := [][]string{{"FROM", "UNTIL", "TIMES", "WHAT", "STATE"}}
	for i := range told.Steps {
		s := &told.Steps[i]
		what, state := stepWords[s.What], s.State
		if what == "" {
			what = string(s.What)
		}
		if s.Act != nil {
			act, _ := s.Act.MarshalText()
			what += " (" + string(act) + ")"
		}
		if why, err := s.Reason.MarshalText(); err == nil && len(why) > 0 {
			state += " (" + string(why) + ")"
		}
		if s.Away {
			state += ", nobody was there"
		}
		until := ""
		if s.Times > 1 {
			until = s.Until.Local().Format("15:04:05")
		}
		rows = append(rows, []string{momentOf(&s.At, ""), until, fmt.Sprint(s.Times), what, state})
	}
	if len(rows) > 1 {
		b.WriteString(columnsOf(rows))
	}
	if told.Gateways > 1 {
		fmt.Fprintf(&b, "%d gateways share the line: what others write into journals elsewhere is not here.\n", told.Gateways)
	}
	return b.String()
}
