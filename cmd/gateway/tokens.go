package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/staff"
)

const staffHelp = "FILE is staff.json beside the keyring: in the directory of keys.file, else in state.dir. It is made if it is not there, and\n" +
	"a gateway that runs takes a change within a second. Gateways that share a keyring share it, too: copy it to each of them."

func tokenGrant(t *staff.Token) *staff.Grant { return &t.Grant }

func newTokens() *cobra.Command {
	cmd := &cobra.Command{Use: "tokens", Short: "Make and remove tokens by which programs and the command admin operate the gateway", Long: staffHelp}
	cmd.AddCommand(newTokensAdd(), newTokensList(), newTokensRemove())
	return cmd
}

func newTokensAdd() *cobra.Command {
	var g granting
	cmd := &cobra.Command{
		Use:     "add FILE NAME --role ROLE",
		Short:   "Make a token and print it; it is shown this once and kept nowhere",
		Long:    staffHelp,
		Example: "  gateway tokens add /var/lib/einlass/staff.json board --role viewer --room termine --for 720h",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			grant, err := g.grant(args[1], time.Now())
			if err != nil {
				return err
			}
			text, hash := staff.NewToken()
			err = onRoll(args[0], func(r *staff.Roll) error {
				r.Tokens = append(r.Tokens, staff.Token{Grant: grant, Hash: hash})
				return nil
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), text)
			fmt.Fprintln(cmd.ErrOrStderr(), "Keep it secret: it is shown this once.")
			return nil
		},
	}
	g.flags(cmd)
	return cmd
}

func newTokensList() *cobra.Command {
	return &cobra.Command{
		Use: "list FILE", Short: "List the tokens that there are, without their secrets", Long: staffHelp, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := staff.Load(args[0])
			if err != nil {
				return exitError{exitFault, err}
			}
			return listed(cmd.OutOrStdout(), r.Tokens, time.Now(), tokenGrant)
		},
	}
}

func newTokensRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove FILE NAME", Short: "Take a token away; it does not count any more", Long: staffHelp, Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			return onRoll(args[0], func(r *staff.Roll) (err error) {
				r.Tokens, err = removed(r.Tokens, args[1], "token", tokenGrant)
				return err
			})
		},
	}
}
