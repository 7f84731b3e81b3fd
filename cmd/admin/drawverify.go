package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/draw/drand"
	"github.com/einlass/einlass/pkg/queue/journal"
)

func (a *app) drawVerifyCommand() *cobra.Command {
	var keys string
	var journals []string
	cmd := &cobra.Command{
		Use: "verify RECORD", Short: "Verify the record of a draw",
		Long: "Verify a record, as /.einlass/draw?opening=… of the site answers it: that each\n" +
			"statement is signed, that the frozen numbers follow the commitment, that the\n" +
			"beacon's value is the one that was named before, and that the seed follows. The\n" +
			"first thing that does not fit is named.\n\n" +
			"--keys FILE is the site's /.einlass/jwks.json, best fetched before the draw;\n" +
			"without it the keys are those that the record names. --journal FILE, once for\n" +
			"each file of the room, holds each ticket's place and each call to the draw, and\n" +
			"counts the lots that the files tell of. No gateway is asked.\n\n" +
			"Exit codes: 0 everything fits, 1 something does not, or the files do not tell\n" +
			"of all lots and of nothing that explains it.",
		Example:               "  admin draw verify record.json --keys jwks.json\n  admin draw verify record.json --journal a.jsonl --journal b.jsonl",
		DisableFlagsInUseLine: true, Args: exactly(1),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := a.readFile(args[0])
			if err != nil {
				return err
			}
			var trusted []draw.Key
			if keys != "" {
				if trusted, err = a.readKeys(keys); err != nil {
					return err
				}
			}
			v, err := verified(string(text), trusted)
			if err != nil && listsRecords(text) {
				return fmt.Errorf("%s is the list of all records of a room; fetch one of them: /.einlass/draw.json?opening=…", args[0])
			}
			if err != nil {
				return fmt.Errorf("%w: %w", errDoesNotFit, err)
			}
			if err := a.sayVerified(&v, len(trusted) > 0); err != nil || len(journals) == 0 {
				return err
			}
			return a.verifyJournals(&v, journals)
		},
	}
	cmd.Flags().StringVar(&keys, "keys", "", "`file` with the public keys: /.einlass/jwks.json")
	cmd.Flags().StringArrayVar(&journals, "journal", nil, "`file` of the room's journal; once for each")
	return cmd
}

// listsRecords reports whether a text is what /.einlass/draw.json answers where no opening is named.
func listsRecords(text []byte) bool {
	var list struct{ Records []json.RawMessage }
	return json.Unmarshal(text, &list) == nil && len(list.Records) > 0
}

// readKeys reads the keys of a JWKS that can have signed a record.
func (a *app) readKeys(file string) (keys []draw.Key, err error) {
	text, err := a.readFile(file)
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []struct{ Kid, Kty, Crv, X string }
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, k := range set.Keys {
		if k.Kty != "OKP" || k.Crv != "Ed25519" {
			continue
		}
		raw, err := base64.RawURLEncoding.DecodeString(k.X)
		if err != nil {
			return nil, fmt.Errorf("%s: key %q: %w", file, k.Kid, err)
		}
		keys = append(keys, draw.Key{Kid: k.Kid, Key: raw})
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s has no Ed25519 key", file)
	}
	return keys, nil
}

// sayVerified says what a record shows, and what it does not.
func (a *app) sayVerified(v *draw.Verified, trusted bool) error {
	if a.json {
		return a.printJSON(v)
	}
	say := func(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }
	c := v.Commitment
	say("room %s, opening %s", clean(c.Room), clean(c.Opening))
	say("commitment: %s, decided by %s", c.Commit, ruleInWords(c.Beacon))
	if quicknet := drand.Quicknet(); c.Chain != nil && (c.Chain.Hash != quicknet.Hash || string(c.Chain.Key) != string(quicknet.Key)) {
		say("warning: the chain is not drand's quicknet but %s: who runs it can choose its values", c.Chain.Hash)
	}
	if v.Freeze != nil {
		say("frozen: %d numbers at %s", v.Freeze.N, time.UnixMilli(v.Freeze.Frozen).UTC().Format("2006-01-02 15:04:05.000 MST"))
	}
	if r := v.Result; r != nil {
		say("result: %s; seed %s", decidedBy(r), r.Seed)
	}
	if !trusted {
		say("signed by the keys that the record names itself; --keys holds them to the site's")
	}
	switch {
	case v.Result == nil && v.Freeze == nil:
		say("the record fits; what is drawn and the result are not there: they follow at the start, unless there is one number or none")
	case v.Result == nil:
		say("the record fits; the result is not there yet")
	default:
		say("the record fits")
	}
	return nil
}

// verifyJournals holds the journals of a room to a record.
func (a *app) verifyJournals(v *draw.Verified, files []string) error {
	if v.Result == nil {
		return fmt.Errorf("%w: there is no result that journals could be held to", errDoesNotFit)
	}
	m, err := journal.Merge(files...)
	if err != nil {
		return err
	}
	if m.Room == "" {
		return errors.New("the journals are empty: there is nothing that could be held to the record")
	}
	if m.Room != v.Commitment.Room {
		return fmt.Errorf("the journals are of room %s, the record of %s", clean(m.Room), clean(v.Commitment.Room))
	}
	drawn, err := m.Drawn(v.Freeze, v.Result)
	if err != nil {
		return err
	}
	for _, fault := range drawn.Faults {
		fmt.Fprintf(a.out, "does not fit: %s\n", clean(fault))
	}
	if len(drawn.Faults) > 0 {
		return fmt.Errorf("%w: the journals tell of something else", errDoesNotFit)
	}
	n := v.Freeze.N
	missing, explained := drawn.Missing(n)
	if !explained {
		return fmt.Errorf("%w: %d of %d lots seen in the journals; %d missing: a file of a gateway, or a part of one, is not there", errIncomplete, drawn.Lots, n, missing)
	}
	if a.json {
		return nil
	}
	fmt.Fprintf(a.out, "the journals fit: %d tickets of the draw at their places, %d of them called, in that order\n", drawn.Places, drawn.Called)
	fmt.Fprintf(a.out, "%d of %d lots seen; %d missing", drawn.Lots, n, missing)
	if missing > 0 {
		fmt.Fprint(a.out, ", as many as calls without an answer and losses of the store can have made")
	}
	fmt.Fprintln(a.out)
	return nil
}
