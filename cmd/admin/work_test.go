package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// slowly runs the command with a clock by which everything takes long, with a terminal for errors or without.
func slowly(t *testing.T, terminal bool, args ...string) (code int, out, stderr string) {
	t.Helper()
	var stdout, errs bytes.Buffer
	at := eight
	a := &app{
		in: strings.NewReader(""), out: &stdout, err: &errs, getenv: func(string) string { return "" }, readFile: os.ReadFile,
		shows: terminal, now: func() time.Time { at = at.Add(time.Second); return at },
	}
	code = a.run(t.Context(), args)
	return code, stdout.String(), errs.String()
}

func TestLongWorkShowsHowFarItIsOnATerminalAlone(t *testing.T) {
	record, keys, _ := recordOf(t)
	_, journals := reports(t)
	for what, args := range map[string][]string{
		"\r\x1b[Kreading the record: ":         {"audit", "verify", record, "--keys", keys},
		"\r\x1b[Kreading the journals: ":       {"report", "--unsigned", "--journal", journals},
		"\r\x1b[Kreading the record of acts: ": {"report", "--unsigned", "--journal", journals, "--audit", record},
	} {
		for _, c := range []struct {
			terminal, shown bool
			more            string
		}{{true, true, ""}, {false, false, ""}, {true, false, "--json"}, {true, false, "-o=json"}, {true, false, "-o=yaml"}} {
			args := append([]string{}, args...)
			if args[0] == "report" {
				args = append(args, "--out", filepath.Join(t.TempDir(), "report"))
			}
			if c.more != "" {
				args = append(args, c.more)
			}
			code, out, stderr := slowly(t, c.terminal, args...)
			if code != exitOK || strings.Contains(stderr, what) != c.shown || strings.Contains(out, "\x1b") {
				t.Errorf("%v, terminal %v: exit code %d, %q, %q", args, c.terminal, code, stderr, out)
			}
			if c.shown && !strings.HasSuffix(stderr, "100 %\r\x1b[K") || !c.shown && stderr != "" {
				t.Errorf("%v, terminal %v: what is left on the line is %q", args, c.terminal, stderr)
			}
		}
	}
}
