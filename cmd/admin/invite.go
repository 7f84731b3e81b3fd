package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/operator"
)

func (a *app) inviteCommand() *cobra.Command {
	var asked operator.InviteAsked
	var person, link string
	var valid time.Duration
	cmd := &cobra.Command{
		Use: "invite ROOM", Short: "Make an invitation: a link that opens the door to a group",
		Long: "Make an invitation: a link that opens the door to a group of the room's schedule\n" +
			"for as long as --valid says. It cannot be withdrawn.\n\n" +
			"With --person it counts once for each person, however many invitations there\n" +
			"are: a number of a case or a file, no name. The key can be read in the link, and\nis kept nowhere.",
		Example: "  admin invite termine --group over80 --link https://termine.example.org\n" +
			"  admin invite termine --group residents --person 2026-4711 --valid 72h \\\n      --link https://termine.example.org",
		DisableFlagsInUseLine: true, Args: exactly(1), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case asked.Group == "":
				return usage(errors.New("--group is missing: a group of the room's schedule"))
			case valid < time.Minute:
				return usage(fmt.Errorf("--valid %v: want at least a minute", valid))
			}
			if link != "" {
				if _, err := doorLink(link, "invitation", ""); err != nil {
					return err
				}
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			asked.Person, asked.Valid = operator.PersonKey(person), int64(valid.Seconds())
			invited, err := client.Invite(cmd.Context(), args[0], asked)
			if err != nil {
				return &roomError{args[0], err}
			}
			return a.printInvited(&invited, link)
		},
	}
	f := cmd.Flags()
	f.StringVar(&asked.Group, "group", "", "whose door it opens: a `group` of the schedule")
	f.StringVar(&person, "person", "", "what the office calls the person by: a `key`, no\nname")
	f.DurationVar(&valid, "valid", 48*time.Hour, "how long it counts, from now on")
	f.StringVar(&link, "link", "", "the `address` at which people reach the site,\nhttps://host; without it the invitation is written\nby itself")
	reasonFlag(f, &asked.Reason)
	return cmd
}

func (a *app) printInvited(invited *operator.Invited, link string) error {
	text := invited.Invitation
	if link != "" {
		var err error
		if text, err = doorLink(link, "invitation", invited.Invitation); err != nil {
			return err
		}
	}
	if a.json {
		return a.printJSON(struct {
			operator.Invited

			Link string `json:"link,omitempty"`
		}{*invited, text})
	}
	_, err := fmt.Fprintln(a.out, clean(text))
	return err
}
