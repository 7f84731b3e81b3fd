package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/draw/drand"
)

func (a *app) drawCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "draw", Short: "Show draws, type a line in for one, verify a record",
		Long: "Show the draws of a room's openings, type in the line that decides one, and\n" +
			"verify a record with nothing but the record itself.",
		Example: "  admin draw show termine\n" +
			"  admin draw type termine \"2026-12-01 08:00\" \"3 17 22 31 40 49\"\n" +
			"  admin draw verify record.json --keys jwks.json --journal a.jsonl",
		DisableFlagsInUseLine: true, Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.drawShowCommand(), a.drawTypeCommand(), a.drawVerifyCommand())
	return cmd
}

func (a *app) drawShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show ROOM [OPENING]", Short: "Show a room's draws, or the record of one",
		Long: "Show what is published of a room's draws, the latest first, each with its seal:\n" +
			"what the page of the draw shows before and after. With OPENING, show the record\n" +
			"of that one, byte for byte as admin draw verify reads it.",
		Example:               "  admin draw show termine\n  admin draw show termine \"2026-12-01 08:00\" > record.json",
		DisableFlagsInUseLine: true, Args: oneOrTwo, ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			info, err := client.Draws(cmd.Context(), args[0])
			switch {
			case err != nil:
				return &roomError{args[0], err}
			case len(args) == 2:
				return a.showRecord(&info, args[1])
			case a.json:
				return a.printJSON(info)
			case len(info.Records) == 0:
				_, err = fmt.Fprintf(a.out, "draws of %s: none is committed to\n", clean(info.ID))
				return err
			}
			for _, text := range info.Records {
				words, err := inWords(text, info.Undrawn)
				if err == nil {
					_, err = fmt.Fprint(a.out, words)
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// verified reads a record and verifies it.
func verified(text string, trusted []draw.Key) (draw.Verified, error) {
	r, err := draw.ParseRecord([]byte(text))
	if err != nil {
		return draw.Verified{}, err
	}
	return draw.Verify(&r, trusted, drand.Check)
}

func (a *app) showRecord(info *operator.DrawsInfo, opening string) error {
	for _, text := range info.Records {
		v, err := verified(text, nil)
		if err != nil {
			return err
		}
		if v.Commitment.Opening == opening {
			out := []byte(text)
			if a.terminal { // a file gets it as it is, which verifies
				out = escaped(text)
			}
			_, err := a.out.Write(out)
			return err
		}
	}
	return fmt.Errorf("there is no draw of %q in room %s", clean(opening), clean(info.ID))
}

// inWords is a record in a line, and its seal in another: it can be read out and printed before the draw, and compared after it.
func inWords(text string, undrawn []string) (string, error) {
	v, err := verified(text, nil)
	if err != nil {
		return "", err
	}
	line := clean(v.Commitment.Opening) + ": "
	switch {
	case v.Result != nil:
		line += fmt.Sprintf("%d numbers drawn, %s", v.Freeze.N, decidedBy(v.Result))
	case v.Freeze != nil:
		line += fmt.Sprintf("%d numbers frozen, waits for %s", v.Freeze.N, awaited(&v))
	case slices.Contains(undrawn, v.Commitment.Opening):
		line += "nothing was drawn, of one number or none in its lobby; the order of arrival stands"
	default:
		line += "committed to, decided by " + ruleInWords(v.Commitment.Beacon)
	}
	return line + "\n  seal " + v.Commitment.Commit.String() + "\n", nil
}

func ruleInWords(r draw.Rule) string {
	switch r {
	case draw.Drand:
		return "drand"
	case draw.ByHand:
		return "a line that is typed in"
	case draw.None:
	}
	return "the secret alone"
}

func awaited(v *draw.Verified) string {
	switch v.Commitment.Beacon {
	case draw.Drand:
		return fmt.Sprintf("round %d of drand, at %s", v.Freeze.Round,
			time.UnixMilli(v.Commitment.Chain.Begins(v.Freeze.Round)).UTC().Format(time.TimeOnly+" MST"))
	case draw.ByHand:
		return "a line: admin draw type"
	case draw.None:
	}
	return "the gateway"
}

func decidedBy(r *draw.Result) string {
	switch r.Fallback {
	case draw.DrandSilent:
		return "by the secret alone, because drand was silent"
	case draw.NothingTyped:
		return "by the secret alone, because nothing was typed in"
	case draw.NoSeed:
		return "in the order of arrival, because the draw has failed"
	}
	if r.Beacon == draw.ByHand {
		return fmt.Sprintf("by the line %q", r.Line)
	}
	return "by " + ruleInWords(r.Beacon)
}

func (a *app) drawTypeCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "type ROOM OPENING LINE", Short: "Type in the line that decides a draw",
		Long: "Type in the line that decides a draw of a room with draw.beacon: typed: what\n" +
			"dice have shown, or the numbers of a lottery. It is taken once, from the start\n" +
			"of the opening on, when the numbers of the lobby are frozen, and for ten\n" +
			"minutes. It is published as it is.",
		Example:               "  admin draw type termine \"2026-12-01 08:00\" \"3 17 22 31 40 49\"",
		DisableFlagsInUseLine: true, Args: exactly(3), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := draw.CheckLine(args[2]); err != nil {
				return usage(fmt.Errorf("LINE: %w", err))
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			done, err := client.Type(cmd.Context(), args[0], operator.Typed{
				Opening: args[1], Line: strings.TrimSpace(args[2]), Because: operator.Because{Reason: reason},
			})
			if err != nil {
				return &roomError{args[0], err}
			}
			if a.json {
				return a.printJSON(done)
			}
			_, err = fmt.Fprintf(a.out, "the draw of %s in %s is decided by the line %q\n", clean(done.Opening), clean(done.ID), done.Line)
			return err
		},
	}
	reasonFlag(cmd.Flags(), &reason)
	return cmd
}

var (
	// errDoesNotFit is what a record is refused with.
	errDoesNotFit = errors.New("the record does not fit")
	// errIncomplete: journals fit as far as they go, and do not tell of the whole draw.
	errIncomplete = errors.New("the journals are incomplete")
)
