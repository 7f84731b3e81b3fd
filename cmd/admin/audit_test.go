package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/audit"
	keyring "github.com/einlass/einlass/pkg/token"
)

// Audit answers two entries, the latest first, as many as are asked for.
func (g *gateway) Audit(_ context.Context, q audit.Query) (audit.Page, error) {
	at := time.Date(2026, 12, 1, 8, 0, 3, 0, time.Local)
	all := []audit.Entry{
		{
			Seq: 9, Time: at, Principal: &audit.Principal{Name: "bert", Role: "operator", From: "loopback"}, Act: "change", Room: "termine",
			Asked: json.RawMessage(`{"rate":-5}`), Before: json.RawMessage(`{"rate":60}`), Error: "rate: want 0 or more",
		},
		{
			Seq: 7, Time: at, Principal: &audit.Principal{Name: "anna", Role: "operator"}, Act: "change", Room: "termine", Reason: "more\x1b seats",
			Asked: json.RawMessage(`{"rate":120}`), Before: json.RawMessage(`{"rate":60}`), After: json.RawMessage(`{"rate":120,"burst":2}`),
		},
	}
	limit := min(q.Limit, len(all))
	return audit.Page{Entries: all[:limit], More: limit < len(all), State: audit.State{Waiting: 3}}, nil
}

func TestTheRecordIsShown(t *testing.T) {
	env := environment(newGateway().serve(t))
	want := "NUMBER  TIME                 WHO                 ROOM     WHAT\n" +
		"9       2026-12-01 08:00:03  bert from loopback  termine  REFUSED change rate -5: rate: want 0 or more\n" +
		"7       2026-12-01 08:00:03  anna                termine  change rate 60 → 120 (more  seats)\n" +
		"\nthe record cannot be written: 3 entries wait in the gateway's memory, 0 are lost but for its log\n"
	for _, args := range [][]string{{"audit"}, {"audit", "list"}, {"audit", "termine", "--since", "2h"}} {
		if code, out, stderr := command(t, env, args...); code != 0 || out != want {
			t.Errorf("%v: %d %q %q", args, code, out, stderr)
		}
	}
	if _, out, _ := command(t, env, "audit", "--limit", "1"); !strings.Contains(out, "there are more: --before 9\n") {
		t.Errorf("%q", out)
	}
	_, out, _ := command(t, env, "audit", "--json")
	var page audit.Page
	if err := json.Unmarshal([]byte(out), &page); err != nil || len(page.Entries) != 2 {
		t.Errorf("%v: %s", err, out)
	}
	for _, args := range [][]string{{"audit", "--limit", "0"}, {"audit", "--since", "yesterday"}, {"audit", "termine", "kfz"}, {"audit", "verify"}} {
		if code, _, stderr := command(t, env, args...); code != exitUsage {
			t.Errorf("%v: exit code %d, %q", args, code, stderr)
		}
	}
}

// recordOf writes a record of some acts that a ring signs, and gives its directory, keys and last head.
func recordOf(t *testing.T) (dir, keys string, head audit.Head) {
	t.Helper()
	ring, err := keyring.NewKeyring(rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	dir, keys = filepath.Join(t.TempDir(), "audit"), filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(keys, ring.AppendJWKS(nil, time.Now()), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := audit.New(audit.Config{
		Dir: dir, Signed: func(h audit.Head) { head = h },
		Signer: func(at time.Time) (audit.Signer, bool) {
			by, ok := ring.Signer(at)
			return by, ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		log.Append(audit.Entry{Act: "change", Room: "termine", Reason: "more seats"})
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, keys, head
}

func TestARecordIsCheckedWithoutAGateway(t *testing.T) {
	dir, keys, head := recordOf(t)
	verifies := func(wantCode int, want string, args ...string) {
		t.Helper()
		code, out, stderr := command(t, nil, append([]string{"audit", "verify"}, args...)...)
		if code != wantCode || !strings.Contains(out+stderr, want) {
			t.Errorf("audit verify %q: exit code %d, %q %q, want %d, %q", args, code, out, stderr, wantCode, want)
		}
	}
	verifies(0, "the record fits: lines 1 to 7, ", dir, "--keys", keys)
	verifies(0, "line 6 is the last that is signed", dir, "--keys", keys, "--head", "6", "--head", "6:"+head.Hash.String())
	verifies(0, "signed by the keys that they name themselves", dir)
	verifies(1, "the record ends with line 7, and line 12 was told of", dir, "--head", "12")
	verifies(2, "--head", dir, "--head", "x")
	verifies(2, "64 hexadecimal digits", dir, "--head", "6:abc")
	verifies(1, "no such file", filepath.Join(dir, "none"))
	verifies(1, "holds no file of a record", t.TempDir())
	_, other, _ := recordOf(t)
	verifies(1, "is not among those given", dir, "--keys", other)

	files, err := audit.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.SplitAfter(string(text), "\n")
	spoiled := filepath.Join(t.TempDir(), "1.audit.jsonl")
	for want, rows := range map[string][]string{
		"line 3 was changed":                      {rows[0], rows[1], strings.Replace(rows[2], "seats", "sheep", 1), rows[3]},
		"line 3 is missing":                       {rows[0], rows[1], rows[3]},
		"line 4 stands where line 3 belongs":      {rows[0], rows[1], rows[3], rows[2]},
		"1.audit.jsonl, line 3 of the file: line": {rows[0], rows[1], rows[3], rows[2]},
	} {
		if err := os.WriteFile(spoiled, []byte(strings.Join(rows, "")), 0o600); err != nil {
			t.Fatal(err)
		}
		verifies(1, want, spoiled, "--keys", keys)
	}
	code, out, _ := command(t, nil, "audit", "verify", spoiled, "--json")
	var proof audit.Proof
	if err := json.Unmarshal([]byte(out), &proof); err != nil || code != 1 || proof.Fault == nil {
		t.Errorf("%d, %v: %s", code, err, out)
	}
}
