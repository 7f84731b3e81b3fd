package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// conditions are what the flags of a change say.
type conditions struct {
	version int64
	yes     bool
}

func (a *app) changeCommands() []*cobra.Command {
	commands := make([]*cobra.Command, len(setters))
	for i := range setters {
		commands[i] = a.changeCommand(&setters[i])
	}
	return commands
}

func (a *app) changeCommand(s *setter) *cobra.Command {
	var on conditions
	var reason, lang, until string
	var at int64
	usageLine := s.use
	if s.lang {
		usageLine += " [--lang TAG] [--until TIME]"
	}
	cmd := &cobra.Command{
		Use: usageLine, Short: s.short, Long: s.short + ".\n\n" + s.long, Example: s.example,
		DisableFlagsInUseLine: true,
		Args:                  exactly(strings.Count(s.use, " ")),
		ValidArgsFunction:     a.completeRoom(s.words),
		RunE: func(cmd *cobra.Command, args []string) error {
			change := operator.Change{IfVersion: on.version, Reason: reason}
			if err := given(cmd.Flags(), on.version); err != nil {
				return err
			}
			if cmd.Flags().Changed("at") {
				change.CloseAt = &at
				if bad := change.Problems(); len(bad) > 0 {
					return usage(fmt.Errorf("--at %d: want 0 to %d", at, queue.MaxInsideLimit))
				}
				return a.change(cmd.Context(), &closesAt, args[0], change, on)
			}
			if err := s.set(&change, slices.Concat(args, []string{""})[1]); err != nil {
				return usage(meant(s, args, err))
			}
			if cmd.Flags().Changed("lang") {
				forLanguage(&change, lang)
			}
			if cmd.Flags().Changed("until") {
				if err := endsAt(&change, until); err != nil {
					return usage(err)
				}
			}
			if bad := change.Problems(); len(bad) > 0 {
				return usage(&operator.InvalidError{Fields: bad})
			}
			return a.change(cmd.Context(), s, args[0], change, on)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		if arg := a.dashed(); arg != "" && s.accepts != "" {
			err = fmt.Errorf("%q: %s", arg, s.accepts)
		}
		return usage(err)
	})
	versionFlag(cmd.Flags(), &on.version)
	reasonFlag(cmd.Flags(), &reason)
	if s.at {
		cmd.Flags().Int64Var(&at, "at", 0, "close by itself once `N` places are there; 0: never")
	}
	if s.lang {
		cmd.Flags().StringVar(&lang, "lang", "", "for the pages of one language, by its `TAG`: de, en")
		cmd.Flags().StringVar(&until, "until", "", "when it is over, for all languages: a `TIME` such as\n2026-12-01T11:00:00+01:00 (default when it is taken away)")
	}
	cmd.Flags().BoolVar(&on.yes, "yes", false, "do not ask, however large the change is")
	return cmd
}

// value looks like an argument that was taken for a flag: a negative number, or a text.
var value = regexp.MustCompile(`^-(\d|\.|.*\s)`)

// dashed is the first argument that was taken for a flag and was probably meant as a value.
func (a *app) dashed() string {
	i := slices.IndexFunc(a.args, value.MatchString)
	if i < 0 {
		return ""
	}
	return a.args[i]
}

// change makes a change and says what it replaced.
func (a *app) change(ctx context.Context, s *setter, id string, change operator.Change, on conditions) error {
	client, err := a.client()
	if err != nil {
		return err
	}
	defer client.Close()
	before, after, err := a.replace(ctx, client, s, id, change, on)
	if err != nil {
		return &roomError{id, err}
	}
	if a.json {
		return a.printJSON(after)
	}
	_, err = fmt.Fprintln(a.out, said(s, &before, &after))
	return err
}

const (
	// A snapshot is at most 250 ms old, so what it shows may be changed already, even by the command before.
	again = 300 * time.Millisecond
	tries = 10
)

// replace makes a change on the condition that it replaces the value that was read before, which it gives. If somebody else was quicker
// it begins again, unless the operator has named the version. Version 0 of before: what was replaced is not known.
func (a *app) replace(
	ctx context.Context, client *adminclient.Client, s *setter, id string, change operator.Change, on conditions,
) (before, after operator.RoomInfo, err error) {
	for range tries {
		if before, err = client.Room(ctx, id); err != nil {
			return before, after, err
		}
		if s.also != nil {
			s.also(&change, &before)
		}
		if err := a.confirm(ctx, s, &before, &change, on.yes); err != nil {
			return before, after, err
		}
		if on.version == 0 {
			change.IfVersion = before.Version
		}
		err = a.insist(ctx, on.yes, func(code string) (err error) {
			change.Confirm = code
			after, err = client.Update(ctx, id, change)
			return err
		})
		if !errors.Is(err, adminclient.ErrConflict) || on.version != 0 {
			break
		}
		if err := a.wait(ctx); err != nil {
			return before, after, err
		}
	}
	if before.Version < on.version {
		before.Version = 0 // the snapshot was older than the version that was named
	}
	return before, after, err
}

// wait lets a snapshot go by.
func (a *app) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-a.tick(again):
		return nil
	}
}

// said is a change in words.
func said(s *setter, before, after *operator.RoomInfo) string {
	text := fmt.Sprintf("%s of %s: %s", s.what, after.ID, s.is(after))
	if before.Version > 0 {
		was := s.is(before)
		if s.size != nil && s.size(before) != 0 {
			was = strconv.FormatInt(s.size(before), 10) // its unit was just said
		}
		text += fmt.Sprintf(" (was %s)", was)
		if s.what == "rate" && after.Burst != before.Burst {
			text += fmt.Sprintf("; burst: %d at once (was %d)", after.Burst, before.Burst)
		}
	}
	return clean(text + fmt.Sprintf("; version %d", after.Version))
}

func yesFlag(flags *pflag.FlagSet, yes *bool) { flags.BoolVar(yes, "yes", false, "do not ask") }

func reasonFlag(flags *pflag.FlagSet, reason *string) {
	flags.StringVar(reason, "reason", "", "why, for the gateway's log: one `line` that names nobody")
}

func versionFlag(flags *pflag.FlagSet, version *int64) {
	flags.Int64Var(version, "if-version", 0, "change only what has not changed since version `N`")
}

// given checks a version that versionFlag has read.
func given(flags *pflag.FlagSet, version int64) error {
	if flags.Changed("if-version") && version < 1 {
		return usage(fmt.Errorf("--if-version %d: want 1 or more", version))
	}
	return nil
}
