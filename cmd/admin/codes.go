package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/operator"
)

func (a *app) codesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "codes", Short: "Make, list, withdraw and print the codes of a group",
		Long: "Make, list, withdraw and print the codes that open the door to a group of the\n" +
			"room's schedule. Codes are made of a number and a key of the gateway, so they\n" +
			"are kept nowhere and can be made again at any time.",
		Example: "  admin codes new termine --group residents --count 20000 --out codes.csv\n" +
			"  admin codes list termine\n  admin codes revoke termine 3 --reason \"printed twice\"",
		DisableFlagsInUseLine: true, Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.codesNewCommand(), a.codesAgainCommand(), a.codesListCommand(), a.codesRevokeCommand(), a.codesRemoveCommand(), a.codesRestoreCommand(), a.codesPrintCommand())
	return cmd
}

func (a *app) codesNewCommand() *cobra.Command {
	var asked operator.CodesAsked
	var count, uses int
	var from, until string
	var to codesTo
	cmd := &cobra.Command{
		Use: "new ROOM", Short: "Make a batch of codes",
		Long: "Make a batch of codes and write them as CSV. They count from --from until\n" +
			"--until: \"2026-12-24\" or \"2026-12-24 08:00\", in the zone of the room's schedule.\n" +
			"A day of --until counts to its end. --link adds a column with links for letters.",
		Example: "  admin codes new termine --group residents --count 20000 --out codes.csv \\\n" +
			"      --until 2026-12-24 --link https://termine.example.org\n" +
			"  admin codes new termine --group over80 --count 500 --uses 2 > codes.csv",
		DisableFlagsInUseLine: true, Args: exactly(1), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case asked.Group == "":
				return usage(errors.New("--group is missing: a group of the room's schedule"))
			case count < 1 || count > door.MaxCount:
				return usage(fmt.Errorf("--count %d: want 1 to %d", count, door.MaxCount))
			case uses < 1 || uses > door.MaxUses:
				return usage(fmt.Errorf("--uses %d: want 1 to %d", uses, door.MaxUses))
			}
			asked.Count, asked.Uses = uint32(count), uint8(uses)
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			if err := to.check(); err != nil {
				return err
			}
			zone, err := zoneOf(cmd.Context(), client, args[0], from+until)
			if err != nil {
				return err
			}
			if asked.From, err = moment("--from", from, zone, false); err != nil {
				return err
			}
			if asked.Until, err = moment("--until", until, zone, true); err != nil {
				return err
			}
			return a.writeCodes(args[0], &to, func() (*adminclient.CodesStream, error) {
				stream, err := client.MakeCodes(cmd.Context(), args[0], asked)
				if errors.Is(err, adminclient.ErrUnreachable) || errors.Is(err, adminclient.ErrNotAPI) {
					err = fmt.Errorf("%w\nif a batch was made all the same, this shows it: admin codes list %s", err, clean(args[0]))
				}
				return stream, err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&asked.Group, "group", "", "whose door they open: a `group` of the schedule")
	f.IntVar(&count, "count", 0, "how many, at most 1048576")
	f.IntVar(&uses, "uses", 1, "how many people may use each, at most 16")
	f.StringVar(&from, "from", "", "`when` they begin to count (default at once)")
	f.StringVar(&until, "until", "", "`when` they end (default never)")
	to.flags(f)
	reasonFlag(f, &asked.Reason)
	return cmd
}

func (a *app) codesAgainCommand() *cobra.Command {
	var asked operator.CodesAgain
	var to codesTo
	cmd := &cobra.Command{
		Use: "again ROOM BATCH", Short: "Write the codes of a batch again",
		Long:                  "Write the codes of a batch again, all of them or from a serial on. They are the\nsame codes.",
		Example:               "  admin codes again termine 3 --out codes.csv\n  admin codes again termine 3 --first 12000 >> codes.csv",
		DisableFlagsInUseLine: true, Args: exactly(2), ValidArgsFunction: a.completeRoom(nil),
		RunE: func(cmd *cobra.Command, args []string) error {
			batch, err := batchOf(args[1])
			if err != nil {
				return err
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			if err := to.check(); err != nil {
				return err
			}
			asked.Batch = batch
			return a.writeCodes(args[0], &to, func() (*adminclient.CodesStream, error) { return client.PrintCodes(cmd.Context(), args[0], asked) })
		},
	}
	cmd.Flags().Uint32Var(&asked.First, "first", 0, "the `serial` to begin with; then without the line of names")
	to.flags(cmd.Flags())
	reasonFlag(cmd.Flags(), &asked.Reason)
	return cmd
}

// batchOf reads the number of a batch.
func batchOf(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n < 1 || n > door.MaxBatchID {
		return 0, usage(fmt.Errorf("BATCH %q: want a number, as admin codes list shows it", clean(text)))
	}
	return uint16(n), nil
}

// codesTo is where codes are written to.
type codesTo struct {
	file, link string
}

func (t *codesTo) flags(f *pflag.FlagSet) {
	f.StringVar(&t.file, "out", "", "`file` to write, which only you may read; it is\nthere when it is whole (default standard output)")
	f.StringVar(&t.link, "link", "", "add a column with a link: the `address` at which\npeople reach the site, https://host; with a path,\nthat of the door")
}

// check refuses what cannot be written to before a batch is made.
func (t *codesTo) check() error {
	if err := free(t.file); err != nil {
		return err
	}
	if t.link == "" {
		return nil
	}
	_, err := doorLink(t.link, "code", "")
	return err
}

// writeCodes writes the codes of a batch, and says how to get those that have not come.
func (a *app) writeCodes(room string, to *codesTo, get func() (*adminclient.CodesStream, error)) error {
	stream, err := get()
	if err != nil {
		return &roomError{room, err}
	}
	defer stream.Close()
	b := stream.Head.Batch
	err = whole(to.file, a.out, func(out io.Writer) error { return a.copyCodes(out, stream, to) })
	if err == nil {
		fmt.Fprintf(a.err, "batch %d of %s: %d codes for %s, for %d to use each\n", b.Batch, clean(room), stream.Came()-stream.Head.First, clean(b.Group), b.Uses)
		return nil
	}
	rest := fmt.Sprintf("admin codes again %s %d", clean(room), b.Batch)
	if to.file != "" {
		rest += " --out " + to.file
	} else if stream.Came() > 0 {
		rest += fmt.Sprintf(" --first %d", stream.Came())
	}
	return fmt.Errorf("%w\n%d of the %d codes of batch %d came, and it is in force; the rest: %s", err, stream.Came()-stream.Head.First, b.Count-stream.Head.First, b.Batch, rest)
}

// codesALine is after how many codes a line says how far it is.
const codesALine = 100_000

func (a *app) copyCodes(out io.Writer, stream *adminclient.CodesStream, to *codesTo) error {
	write, err := a.codeWriter(out, to.link, stream.Head.First == 0)
	if err != nil {
		return err
	}
	for {
		line, err := stream.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = write(line)
		}
		if err != nil {
			return err
		}
		if n := stream.Came(); n%codesALine == 0 && n < stream.Head.Batch.Count {
			fmt.Fprintf(a.err, "%d of %d\n", n, stream.Head.Batch.Count)
		}
	}
}

// zoneOf is the zone of a room's schedule, if a time is given for which it matters.
func zoneOf(ctx context.Context, client *adminclient.Client, room, given string) (string, error) {
	if given == "" {
		return "", nil
	}
	p, err := client.Plan(ctx, room)
	if err != nil {
		return "", &roomError{room, err}
	}
	return p.Zone, nil
}
