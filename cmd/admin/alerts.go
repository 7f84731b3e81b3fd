package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/alerts"
)

func (a *app) alertsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "alerts", Short: "Show what somebody has to do something about",
		Long: "Show what somebody has to do something about now, and what to do. It is what the\n" +
			"gateway that answers sees; it sends the same by webhook and mail where the\n" +
			"configuration names them.",
		Example: "  admin alerts\n  admin alerts --json", DisableFlagsInUseLine: true,
		Args: exactly(0), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			active, err := client.Alerts(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(adminapi.AlertList{Alerts: active})
			}
			_, err = fmt.Fprint(a.out, alertsText(active))
			return err
		},
	}
}

// alertsText is each alert with what to do below it.
func alertsText(active []alerts.Alert) string {
	if len(active) == 0 {
		return "nothing is wrong that somebody has to do something about\n"
	}
	var b strings.Builder
	for i := range active {
		al := &active[i]
		fmt.Fprintf(&b, "%s\n    since %s: %s\n", clean(alertLine(al)), stamp(al.Since), clean(al.En.Do))
	}
	return b.String()
}

// alertLine is what is wrong, and where.
func alertLine(al *alerts.Alert) string {
	where := ""
	if al.Room != "" {
		where = al.Room + ": "
	}
	return fmt.Sprintf("%s %s%s", strings.ToUpper(string(al.Severity)), where, al.En.What)
}
