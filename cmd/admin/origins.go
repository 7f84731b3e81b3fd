package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/operator"
)

func (a *app) originsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "origins ROOM", Short: "Show what the file says and what is in force",
		Long: "Show each control as the configuration file has it and as it is in force, and\n" +
			"why they differ: who changed it, when, and the reason. A file that is changed\n" +
			"counts for the values that it changes, and for no other. A change that another\n" +
			"gateway has made is shown without who and when: each has its own record.",
		Example:               "  admin origins termine\n  admin origins termine --json",
		DisableFlagsInUseLine: true, Args: exactly(1), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			info, err := client.Origins(cmd.Context(), args[0])
			switch {
			case err != nil:
				return &roomError{args[0], err}
			case a.json:
				return a.printJSON(info)
			}
			_, err = fmt.Fprint(a.out, originsTable(&info))
			return err
		},
	}
}

func originsTable(info *operator.OriginsInfo) string {
	rows := [][]string{{"CONTROL", "FILE", "IN FORCE", "WHY"}}
	for i := range info.Origins {
		o := &info.Origins[i]
		why := "as the file says"
		switch {
		case o.From == operator.FromOperator && o.Change != nil:
			why = fmt.Sprintf("changed by %s at %s", o.Change.By, o.Change.Time.Local().Format("2006-01-02 15:04:05")) + prefixed(": ", o.Change.Reason)
		case o.From == operator.FromOperator:
			why = "changed, by another gateway or before its record"
		}
		rows = append(rows, []string{o.Name, shorten(clean(string(o.File)), shownValue), shorten(clean(string(o.Now)), shownValue), why})
	}
	return columnsOf(rows)
}

// shownValue bounds a value in the table.
const shownValue = 24
