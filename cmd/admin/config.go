package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
)

func (a *app) configCommand() *cobra.Command {
	parent := &cobra.Command{
		Use: "config", Short: "Show, check and reload the configuration of the gateway",
		Long:    "Show the configuration in force, check a file against it, and have the gateway\nread its file again.",
		Example: "  admin config show\n  admin config check gateway.yaml\n  admin config reload --dry-run", DisableFlagsInUseLine: true, Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(a.configShowCommand(), a.configCheckCommand(), a.configReloadCommand())
	return parent
}

func (a *app) configShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Print the configuration in force, as a file that says the same",
		Long: "Print the configuration in force, with what the environment and flags have set.\n" +
			"[hidden] stands for a secret. -o json says also which file it was read from, and\nsince when it is in force.",
		Example: "  admin config show", DisableFlagsInUseLine: true, Args: exactly(0), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.onGateway(func(client *adminclient.Client) error {
				info, err := client.Config(cmd.Context())
				switch {
				case err != nil:
					return err
				case a.json:
					return a.printJSON(info)
				}
				from := ""
				if info.File != "" {
					from = " of " + clean(info.File)
				}
				_, err = fmt.Fprintf(a.out, "# In force since %s%s.\n%s", momentOf(&info.Since, ""), from, cleanLines(info.Text))
				return err
			})
		},
	}
}

// cleanLines is clean of a text of several lines.
func cleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

func (a *app) configCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Say everything that is wrong with a file, and what it would change",
		Long: "Have the gateway check a configuration file: all that is wrong with its values,\n" +
			"and what it would change. What the file names, as certificates, is not looked\nat: that does gateway config check on the machine, and reload --dry-run.\n\n" +
			"Exit code 1: something is wrong, or needs a start of the gateway.",
		Example: "  admin config check gateway.yaml", DisableFlagsInUseLine: true, Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := a.readFile(args[0])
			if err != nil {
				return err
			}
			return a.onGateway(func(client *adminclient.Client) error {
				review, err := client.CheckConfig(cmd.Context(), string(text))
				return a.sayReview(&review, err)
			})
		},
	}
}

func (a *app) configReloadCommand() *cobra.Command {
	var asked operator.ReloadAsked
	var yes bool
	cmd := &cobra.Command{
		Use: "reload", Short: "Have the gateway read its configuration file again",
		Long: "Have the gateway read its configuration file again and bring it into force, or\n" +
			"say with --dry-run what that would change. A room that would go out of service\nhas to be confirmed.",
		Example: "  admin config reload --dry-run\n  admin config reload --reason \"more rooms\"", DisableFlagsInUseLine: true, Args: exactly(0), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.onGateway(func(client *adminclient.Client) error {
				var review operator.ConfigReview
				err := a.insist(cmd.Context(), yes, func(code string) (err error) {
					asked.Confirm = code
					review, err = client.ReloadConfig(cmd.Context(), asked)
					return err
				})
				return a.sayReview(&review, err)
			})
		},
	}
	cmd.Flags().BoolVar(&asked.Dry, "dry-run", false, "change nothing, say what would change")
	yesFlag(cmd.Flags(), &yes)
	reasonFlag(cmd.Flags(), &asked.Reason)
	return cmd
}

var errReview = errors.New("the configuration cannot be brought into force as it is")

// sayReview says what a look at a configuration tells.
func (a *app) sayReview(r *operator.ConfigReview, err error) error {
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(r)
	} else {
		_, err = fmt.Fprint(a.out, reviewText(r))
	}
	if err == nil && !r.OK {
		err = errReview
	}
	return err
}

func reviewText(r *operator.ConfigReview) string {
	var b strings.Builder
	list := func(word string, all []operator.ConfigProblem) {
		for _, p := range all {
			fmt.Fprintf(&b, "%s: %s%s%s\n", word, pathOf(p.Path), clean(p.Detail), parenthesised(clean(p.Where)))
		}
	}
	list("wrong", r.Problems)
	list("needs a start", r.Restart)
	list("warning", r.Warnings)
	for _, part := range []struct {
		word string
		ids  []string
	}{{"new room", r.Added}, {"room changes", r.Changed}, {"room goes out of service", r.Removed}} {
		for _, id := range part.ids {
			fmt.Fprintf(&b, "%s: %s\n", part.word, clean(id))
		}
	}
	if len(r.Changes) > 0 {
		rows := [][]string{{"KEY", "BEFORE", "AFTER"}}
		for _, c := range r.Changes {
			rows = append(rows, []string{clean(c.Path), shorten(clean(c.Before), shownValue), shorten(clean(c.After), shownValue)})
		}
		b.WriteString(columnsOf(rows))
	}
	if b.Len() == 0 {
		return "nothing changes\n"
	}
	return b.String()
}

func pathOf(path string) string {
	if path == "" {
		return ""
	}
	return clean(path) + ": "
}

func parenthesised(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
