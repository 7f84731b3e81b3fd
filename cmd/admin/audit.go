package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/audit"
)

func (a *app) auditCommand() *cobra.Command {
	cmd := a.auditListCommand("audit [ROOM]", "audit")
	cmd.Example += "\n  admin audit verify /var/lib/einlass/audit --keys jwks.json"
	cmd.AddCommand(a.auditListCommand("list [ROOM]", "audit list"), a.auditVerifyCommand())
	return cmd
}

func (a *app) auditListCommand(use, name string) *cobra.Command {
	var q adminclient.AuditQuery
	var since string
	cmd := &cobra.Command{
		Use: use, Short: "Show who changed what, and check the record of it",
		Long: "Show who changed what, the latest first: when, in which room, what was before\n" +
			"and after, and why; also what was refused. The record is that of the gateway\n" +
			"that answers: each gateway has its own. admin audit verify checks the files of\n" +
			"a record.",
		Example:               "  admin " + name + "\n  admin " + name + " termine --since 2h",
		DisableFlagsInUseLine: true, ValidArgsFunction: a.completeRoom(nil),
		Args: func(cmd *cobra.Command, args []string) error { return exactly(min(len(args), 1))(cmd, args) },
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if q.Limit < 1 || q.Limit > audit.MaxLimit {
				return usage(fmt.Errorf("--limit %d: want 1 to %d", q.Limit, audit.MaxLimit))
			}
			if q.Since, err = sinceTime(since, time.Now()); err != nil {
				return usage(err)
			}
			if len(args) == 1 {
				q.Room = args[0]
			}
			client, err := a.client()
			if err != nil {
				return err
			}
			defer client.Close()
			page, err := client.Audit(cmd.Context(), q)
			switch {
			case err != nil && q.Room != "":
				return &roomError{q.Room, err}
			case err != nil:
				return err
			case a.json:
				return a.printJSON(page)
			}
			_, err = fmt.Fprint(a.out, auditTable(&page))
			return err
		},
	}
	cmd.Flags().IntVar(&q.Limit, "limit", audit.DefaultLimit, "how many entries at most, 1 to 1000")
	cmd.Flags().Uint64Var(&q.Before, "before", 0, "only entries before the one of this number")
	cmd.Flags().StringVar(&since, "since", "", "only entries since a time (2026-12-01T08:00:00+01:00)\nor of the last while (2h)")
	return cmd
}

// sinceTime reads a time, or how long ago it is.
func sinceTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago > 0 {
		return now.Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("--since %q: want a time, as 2026-12-01T08:00:00+01:00, or how long ago, as 2h", text)
	}
	return at, nil
}

// auditTable is a page of the record, an entry a line.
func auditTable(page *audit.Page) string {
	if len(page.Entries) == 0 {
		return "nothing is recorded\n"
	}
	rows := [][]string{{"NUMBER", "TIME", "WHO", "ROOM", "WHAT"}}
	for i := range page.Entries {
		e := &page.Entries[i]
		rows = append(rows, []string{
			strconv.FormatUint(e.Seq, 10), e.Time.Local().Format("2006-01-02 15:04:05"), who(e.Principal), e.Room, e.Words(),
		})
	}
	text := columnsOf(rows)
	if page.More {
		text += fmt.Sprintf("\nthere are more: --before %d\n", page.Entries[len(page.Entries)-1].Seq)
	}
	if s := page.State; s.Waiting > 0 || s.Lost > 0 {
		text += fmt.Sprintf("\nthe record cannot be written: %d entries wait in the gateway's memory, %d are lost but for its log\n", s.Waiting, s.Lost)
	}
	return text
}

// columnsOf lays rows out, all cells but the last as wide as the widest. It cleans them.
func columnsOf(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			row[i] = clean(cell)
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", widths[i]-len([]rune(cell))+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

func who(p *audit.Principal) string {
	if p == nil {
		return "-"
	}
	text := p.Name
	if text == "" {
		text = "the gateway"
		if p.Role != "public" || p.Method != "" {
			text = "nobody known"
		}
	}
	return clean(text + prefixed(" from ", p.From))
}

func (a *app) auditVerifyCommand() *cobra.Command {
	var keys string
	var heads []string
	cmd := &cobra.Command{
		Use: "verify FILE|DIRECTORY...", Short: "Check that nothing in a record was changed",
		Long: "Check the files of a record, which stand in state.dir/audit of a gateway: that\n" +
			"each line follows from the one before, and that the signed heads fit. The first\n" +
			"line that was changed, is missing or stands in another place is named. No\n" +
			"gateway is asked.\n\n" +
			"--keys FILE is the site's /.einlass/jwks.json, kept from before; without it the\n" +
			"heads are held to the keys that they name themselves, and whoever can write the\n" +
			"files could have written them anew with a key of their own.\n" +
			"--head LINE or LINE:HASH, once for each that is known, is a head from the log of\n" +
			"the gateway (\"record of acts signed\") or from its metrics\n" +
			"(einlass_audit_signed_line): a record that was cut off does not reach it.\n\n" +
			"Exit codes: 0 everything fits, 1 something does not.",
		Example:               "  admin audit verify /var/lib/einlass/audit --keys jwks.json\n  admin audit verify old/*.audit.jsonl --head 1204",
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(errors.New("FILE is missing"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			known, err := knownHeads(heads)
			if err != nil {
				return usage(err)
			}
			var trusted []audit.Key
			if keys != "" {
				ring, err := a.readKeys(keys)
				if err != nil {
					return err
				}
				for _, k := range ring {
					trusted = append(trusted, audit.Key{Kid: k.Kid, Key: []byte(k.Key)})
				}
			}
			files, err := recordFiles(args)
			if err != nil {
				return err
			}
			work := a.work("reading the record", files)
			proof, err := audit.Verify(work.Add, files, trusted, known...)
			work.End()
			if err != nil {
				return err
			}
			return a.sayProof(&proof)
		},
	}
	cmd.Flags().StringVar(&keys, "keys", "", "`file` with the public keys: /.einlass/jwks.json")
	cmd.Flags().StringArrayVar(&heads, "head", nil, "`line` that the log or the metrics told of, with :HASH if\nit is known")
	return cmd
}

// recordFiles are the files that arguments name; of a directory, those in it.
func recordFiles(args []string) (files []string, err error) {
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		found, err := audit.Files(arg)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s holds no file of a record", arg)
		}
		files = append(files, found...)
	}
	return files, nil
}

// knownHeads reads LINE or LINE:HASH.
func knownHeads(texts []string) (known []audit.Known, err error) {
	for _, text := range texts {
		line, hash, hashed := strings.Cut(text, ":")
		k := audit.Known{}
		if k.Seq, err = strconv.ParseUint(line, 10, 64); err != nil || k.Seq == 0 {
			return nil, fmt.Errorf("--head %q: want the number of a line, or NUMBER:HASH", text)
		}
		if hashed {
			k.Hash = new(audit.Hash)
			if err := k.Hash.UnmarshalText(bytes.ToLower([]byte(hash))); err != nil {
				return nil, fmt.Errorf("--head %q: %w", text, err)
			}
		}
		known = append(known, k)
	}
	return known, nil
}

// sayProof says what a record shows.
func (a *app) sayProof(p *audit.Proof) error {
	var err error
	if p.Fault != nil {
		at := ""
		if p.Fault.File != "" {
			at = fmt.Sprintf("%s, line %d of the file: ", p.Fault.File, p.Fault.Line)
		}
		err = fmt.Errorf("%w: %s%s", errDoesNotFit, clean(at), clean(p.Fault.Text))
	}
	if a.json {
		return errors.Join(a.printJSON(p), err)
	}
	say := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	for _, note := range p.Notes {
		say("%s", clean(note))
	}
	if p.Fault != nil {
		return err
	}
	say("the record fits: lines %d to %d, %s to %s", p.First, p.Last, stamp(p.From), stamp(p.To))
	switch {
	case p.Heads == 0:
		say("no head is signed yet: nothing proves that the files were not written anew")
	case p.Trusted:
		say("%d heads, signed by %s; line %d is the last that is signed", p.Heads, clean(strings.Join(p.Kids, ", ")), p.Signed)
	default:
		say("%d heads, signed by the keys that they name themselves (%s); --keys holds them to the site's", p.Heads, clean(strings.Join(p.Kids, ", ")))
	}
	return nil
}

func stamp(at time.Time) string { return at.Local().Format("2006-01-02 15:04:05") }
