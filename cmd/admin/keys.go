package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
)

func (a *app) keysCommand() *cobra.Command {
	parent := &cobra.Command{
		Use: "keys", Short: "Show and rotate the keys that sign tickets and passes",
		Long: "Show and rotate the keys of a gateway that runs. No secret is shown. Where no\n" +
			"gateway runs: gateway keys.",
		Example: "  admin keys\n  admin keys rotate --reason yearly", DisableFlagsInUseLine: true, Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.onGateway(func(client *adminclient.Client) error {
				info, err := client.Keys(cmd.Context())
				return a.sayKeys(&info, err)
			})
		},
	}
	parent.AddCommand(a.keysRotateCommand())
	return parent
}

func (a *app) keysRotateCommand() *cobra.Command {
	var asked operator.KeysRotation
	var yes bool
	cmd := &cobra.Command{
		Use: "rotate", Short: "Make new keys, which take over after a while",
		Long: "Make new keys, which begin to sign after --in; the old ones are accepted for\n" +
			"--overlap after that. Gateways that share a store need the keyring file of this\n" +
			"one before the new keys sign.",
		Example: "  admin keys rotate --reason yearly\n  admin keys rotate --in 0s --overlap 0s --urgent --yes", DisableFlagsInUseLine: true, Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.onGateway(func(client *adminclient.Client) error {
				info, err := client.Keys(cmd.Context())
				if err != nil {
					return err
				}
				asked.IfVersion = info.Version
				err = a.insist(cmd.Context(), yes, func(code string) (err error) {
					asked.Confirm = code
					info, err = client.RotateKeys(cmd.Context(), asked)
					return err
				})
				return a.sayKeys(&info, err)
			})
		},
	}
	cmd.Flags().StringVar(&asked.In, "in", "", "`time` until the new keys sign, as 10m (default 5m)")
	cmd.Flags().StringVar(&asked.Overlap, "overlap", "", "`time` for which the old keys are accepted\nafter that (default as long as tickets live, and\nan hour)")
	cmd.Flags().BoolVar(&asked.Urgent, "urgent", false, "accept --in below 1m, and leave out keys that have\nnot begun to sign: for a keyring that was disclosed")
	yesFlag(cmd.Flags(), &yes)
	reasonFlag(cmd.Flags(), &asked.Reason)
	return cmd
}

// onGateway does something with the gateway by a client of its own.
func (a *app) onGateway(do func(*adminclient.Client) error) error {
	client, err := a.client()
	if err != nil {
		return err
	}
	defer client.Close()
	return do(client)
}

func (a *app) sayKeys(info *operator.KeysInfo, err error) error {
	switch {
	case err != nil:
		return err
	case a.json:
		return a.printJSON(info)
	}
	rows := [][]string{{"KEY", "ALGORITHM", "STATE", "SIGNS FROM", "ACCEPTED UNTIL"}}
	for i := range info.Keys {
		k := &info.Keys[i]
		rows = append(rows, []string{k.ID, k.Algorithm, k.State, momentOf(k.Activates, "-"), momentOf(k.Ends, "the next rotation")})
	}
	text := columnsOf(rows)
	for _, line := range []string{info.Fixed, info.Told} {
		if line != "" {
			text += clean(line) + ".\n"
		}
	}
	_, err = fmt.Fprint(a.out, text)
	return err
}

// momentOf is a time of the place where the command runs, or what stands for none.
func momentOf(t *time.Time, none string) string {
	if t == nil {
		return none
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func (a *app) usersCommand() *cobra.Command {
	return &cobra.Command{
		Use: "users", Short: "List who may operate the gateway",
		Long:    "List the users and tokens that may operate the gateway, beside the token of its\nconfiguration. They are made on its machine: gateway users, gateway tokens.",
		Example: "  admin users\n  admin users -o yaml", DisableFlagsInUseLine: true, Args: exactly(0), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.onGateway(func(client *adminclient.Client) error {
				people, err := client.People(cmd.Context())
				switch {
				case err != nil:
					return err
				case a.json:
					return a.printJSON(people)
				}
				_, err = fmt.Fprint(a.out, peopleTable(&people))
				return err
			})
		},
	}
}

func peopleTable(people *operator.People) string {
	rows := [][]string{{"NAME", "KIND", "ROLE", "ROOMS", "ENDS"}}
	add := func(kind string, all []operator.Grant) {
		for i := range all {
			g := &all[i]
			rooms, ends := "all", momentOf(g.Expires, "never")
			if len(g.Rooms) > 0 {
				rooms = strings.Join(g.Rooms, ", ")
			}
			if len(g.Unknown) > 0 {
				rooms += " (there is no " + strings.Join(g.Unknown, ", ") + ")"
			}
			if g.Expired {
				ends += " (over)"
			}
			rows = append(rows, []string{g.Name, kind, g.Role, rooms, ends})
		}
	}
	add("user", people.Users)
	add("token", people.Tokens)
	if len(rows) == 1 {
		return "nobody beside the token of the configuration\n"
	}
	return columnsOf(rows)
}

func (a *app) logLevelCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "log-level [LEVEL]", Short: "Show or set what the log of the gateway writes",
		Long: "Show the level of the gateway's log, or set it to debug, info, warn or error,\n" +
			"until the next start or the next configuration that is read.",
		Example: "  admin log-level\n  admin log-level debug --reason \"slow pages\"", DisableFlagsInUseLine: true,
		Args:              func(cmd *cobra.Command, args []string) error { return exactly(min(len(args), 1))(cmd, args) },
		ValidArgsFunction: cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onGateway(func(client *adminclient.Client) (err error) {
				var info operator.LogInfo
				if len(args) == 0 {
					info, err = client.LogLevel(cmd.Context())
				} else {
					info, err = client.ChangeLogLevel(cmd.Context(), operator.LogChange{Level: args[0], Reason: reason})
				}
				switch {
				case err != nil:
					return err
				case a.json:
					return a.printJSON(info)
				}
				_, err = fmt.Fprintln(a.out, clean(info.Level))
				return err
			})
		},
	}
	reasonFlag(cmd.Flags(), &reason)
	return cmd
}
