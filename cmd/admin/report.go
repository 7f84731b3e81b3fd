package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/internal/buildinfo"
	"github.com/einlass/einlass/internal/report"
	"github.com/einlass/einlass/internal/report/signed"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// reporting is what a report is to be made of, and how.
type reporting struct {
	room, opening   string
	journals, audit []string
	draw, keys      string
	lang, zone, out string
	unsigned        bool
}

func (a *app) reportCommand() *cobra.Command {
	var o reporting
	cmd := &cobra.Command{
		Use: "report --journal DIRECTORY", Short: "Make the report after an opening, and verify one",
		Long: "Make the report after an opening: arrivals, line, pace, waits, promises and\n" +
			"chances kept, bookings, the site's health, what operators did, faults, and the\n" +
			"proof from the journals that nobody overtook and that the draw was as committed.\n" +
			"It is one page (.html, no script) and the same for programs (.json), and is\n" +
			"about no person.\n\n" +
			"--journal and --audit are the directories journal.dir and state.dir/audit, once\n" +
			"for each gateway: copy them to one machine. The gateway is asked for the record\n" +
			"of the draw, and to sign both files; --unsigned asks none.",
		Example: "  admin report --opening \"2026-12-01 08:00\" --journal /var/lib/einlass/journal \\\n" +
			"    --audit /var/lib/einlass/audit\n" +
			"  admin report verify report.html --keys jwks.json",
		DisableFlagsInUseLine: true, Args: exactly(0), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(o.journals) == 0 {
				return usage(errors.New("--journal is missing"))
			}
			return a.report(cmd.Context(), &o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.opening, "opening", "", "`name` of the opening, as admin plan shows it;\nwithout it, all that the journals tell of")
	flags.StringVar(&o.room, "room", "", "`id` of the room, where the journals are of several")
	flags.StringArrayVar(&o.journals, "journal", nil, "`directory` with journals; once for each gateway")
	flags.StringArrayVar(&o.audit, "audit", nil, "`directory` with a record of acts; once for each\ngateway")
	flags.StringVar(&o.draw, "draw", "", "`file` with the record of the draw, instead of asking")
	flags.StringVar(&o.keys, "keys", "", "`file` with the public keys: /.einlass/jwks.json")
	flags.StringVar(&o.lang, "lang", "de", "language of the page: "+strings.Join(report.Languages(), ", "))
	flags.StringVar(&o.zone, "zone", "Local", "time `zone` of the page, as\nEurope/Berlin")
	flags.StringVar(&o.out, "out", "", "`name` of the files, without .html and .json")
	flags.BoolVar(&o.unsigned, "unsigned", false, "ask no gateway, and sign nothing")
	cmd.AddCommand(a.reportVerifyCommand())
	return cmd
}

// report makes both files.
func (a *app) report(ctx context.Context, o *reporting) error {
	zone, err := time.LoadLocation(o.zone)
	if err != nil {
		return usage(fmt.Errorf("--zone: %w", err))
	}
	if !slices.Contains(report.Languages(), o.lang) {
		return usage(fmt.Errorf("--lang %s: want %s", o.lang, strings.Join(report.Languages(), " or ")))
	}
	var client *adminclient.Client
	if !o.unsigned {
		if client, err = a.client(); err != nil {
			return err
		}
		defer client.Close()
	}
	in, err := a.reportInput(ctx, o, client)
	if err != nil {
		return err
	}
	r, err := report.Make(in)
	if err != nil {
		return err
	}
	page, err := r.HTML(o.lang, zone)
	if err != nil {
		return err
	}
	data, err := r.JSON()
	if err != nil {
		return err
	}
	name := o.out
	if name == "" {
		name = strings.Trim(fileName("report-"+r.Room+"-"+r.Opening), "-")
	}
	for _, file := range []struct {
		suffix string
		body   []byte
		sign   func([]byte, *signed.Signature) ([]byte, error)
	}{{".html", page, signed.HTML}, {".json", data, signed.JSON}} {
		if err := a.writeReport(ctx, client, name+file.suffix, r, file.body, file.sign); err != nil {
			return err
		}
	}
	if n := r.Proof.Violations; n > 0 {
		return fmt.Errorf("%w: %d violations, see the report", errDoesNotFit, n)
	}
	return nil
}

// fileName keeps of a text what every file system takes.
func fileName(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, text)
}

// writeReport has a file signed, if there is a client, and writes it. One that is there stays.
func (a *app) writeReport(
	ctx context.Context, client *adminclient.Client, path string, r *report.Report, body []byte, sign func([]byte, *signed.Signature) ([]byte, error),
) error {
	var signature *signed.Signature
	if client != nil {
		s, err := client.SignReport(ctx, r.Room, signed.Asked{Opening: r.Opening, Hash: signed.HashOf(body)})
		if err != nil {
			return &roomError{r.Room, err}
		}
		signature = &s
	}
	text, err := sign(body, signature)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and was left as it is: --out names another", path)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.out, path)
	return err
}

// reportInput reads what a report is made of.
func (a *app) reportInput(ctx context.Context, o *reporting, client *adminclient.Client) (in report.Input, err error) {
	in = report.Input{Opening: o.opening, Version: buildinfo.Version()}
	if o.room == "" {
		if o.room, err = onlyRoom(o.journals); err != nil {
			return in, err
		}
	}
	var keys []draw.Key
	if o.keys != "" {
		if keys, err = a.readKeys(o.keys); err != nil {
			return in, err
		}
	}
	if in.Journal, err = a.journalOf(o.journals, o.room); err != nil {
		return in, err
	}
	trusted := make([]audit.Key, len(keys))
	for i, k := range keys {
		trusted[i] = audit.Key{Kid: k.Kid, Key: []byte(k.Key)}
	}
	for _, dir := range o.audit {
		record, err := a.recordIn(dir, trusted)
		if err != nil {
			return in, err
		}
		in.Records = append(in.Records, record)
	}
	in.Draw, err = a.drawOf(ctx, o, client, keys)
	return in, err
}

// onlyRoom is the one room of which directories hold journals.
func onlyRoom(dirs []string) (string, error) {
	var all []string
	for _, dir := range dirs {
		rooms, err := journal.Rooms(dir)
		if err != nil {
			return "", err
		}
		all = append(all, rooms...)
	}
	slices.Sort(all)
	switch all = slices.Compact(all); len(all) {
	case 0:
		return "", fmt.Errorf("there is no journal in %s", strings.Join(dirs, ", "))
	case 1:
		return all[0], nil
	}
	return "", usage(fmt.Errorf("--room is missing: there are journals of %s", clean(strings.Join(all, ", "))))
}

// journalOf merges the journals of a room in directories.
func (a *app) journalOf(dirs []string, room string) (*journal.Merged, error) {
	var paths []string
	for _, dir := range dirs {
		found, err := journal.Find(dir, room)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("there is no journal of room %s in %s", clean(room), strings.Join(dirs, ", "))
	}
	work := a.work("reading the journals", paths)
	defer work.End()
	return journal.MergeTelling(work.Add, paths...)
}

// recordIn reads a record of acts, and checks it.
func (a *app) recordIn(dir string, keys []audit.Key) (r report.Record, err error) {
	files, err := recordFiles([]string{dir})
	if err != nil {
		return r, err
	}
	work := a.work("reading the record of acts", files)
	defer work.End()
	if r.Proof, err = audit.Verify(work.Add, files, keys); err != nil {
		return r, err
	}
	r.Entries, err = audit.ReadAll(files)
	return r, err
}

// drawOf is the verified record of the opening's draw, from a file or the gateway; nil: there is none.
func (a *app) drawOf(ctx context.Context, o *reporting, client *adminclient.Client, keys []draw.Key) (*draw.Verified, error) {
	if o.draw != "" {
		text, err := a.readFile(o.draw)
		if err != nil {
			return nil, err
		}
		v, err := verified(string(text), keys)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errDoesNotFit, err)
		}
		return &v, nil
	}
	if client == nil || o.opening == "" {
		return nil, nil //nolint:nilnil // no draw is no error
	}
	info, err := client.Draws(ctx, o.room)
	if err != nil {
		return nil, &roomError{o.room, err}
	}
	for _, text := range info.Records {
		v, err := verified(text, keys)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errDoesNotFit, err)
		}
		if v.Commitment.Opening == o.opening {
			return &v, nil
		}
	}
	return nil, nil //nolint:nilnil // as before
}

func (a *app) reportVerifyCommand() *cobra.Command {
	var keys string
	cmd := &cobra.Command{
		Use: "verify FILE", Short: "Verify that a report is as it was signed",
		Long: "Verify that a report, the page or the file for programs, is as a gateway has\n" +
			"signed it. --keys FILE is the site's /.einlass/jwks.json, kept from before;\n" +
			"without it the key is the one that the report names itself.\n\n" +
			"Exit codes: 0 it is, 1 it is not.",
		Example:               "  admin report verify report.html --keys jwks.json",
		DisableFlagsInUseLine: true, Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := a.readFile(filepath.Clean(args[0]))
			if err != nil {
				return err
			}
			var trusted []signed.Key
			if keys != "" {
				ring, err := a.readKeys(keys)
				if err != nil {
					return err
				}
				for _, k := range ring {
					trusted = append(trusted, signed.Key{Kid: k.Kid, Key: []byte(k.Key)})
				}
			}
			s, err := signed.Verify(text, trusted)
			switch {
			case err != nil:
				return err
			case a.json:
				return a.printJSON(s)
			}
			fmt.Fprintf(a.out, "the report fits: room %s, opening %s, signed by %s at %s\n",
				clean(s.Room), clean(s.Opening), clean(s.Kid), s.Time.Local().Format("2006-01-02 15:04:05"))
			if len(trusted) == 0 {
				fmt.Fprintln(a.out, "signed by the key that it names itself; --keys holds it to the site's")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&keys, "keys", "", "`file` with the public keys: /.einlass/jwks.json")
	return cmd
}
