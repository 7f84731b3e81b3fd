package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// keysCommand runs "gateway keys" and answers the exit code and what it says.
func keysCommand(args ...string) (code int, said string) {
	cmd := newKeys()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	cmd.SetArgs(args)
	err := cmd.Execute()
	if err == nil {
		return 0, ""
	}
	if exit := (exitError{}); errors.As(err, &exit) {
		return exit.code, err.Error()
	}
	return exitUsage, err.Error()
}

func TestAKeyDoesNotSignBeforeOthersCanKnowIt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	if code, said := keysCommand("new", file); code != 0 {
		t.Fatalf("exit code %d: %s", code, said)
	}
	read := func() []byte {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, test := range []struct {
		args    string
		refused bool
	}{
		{"--in 0s", true},
		{"--in 59s", true},
		{"--in 0s --overlap 0s", true},
		{"--in 0s --urgent=false", true},
		{"--in 1m", false},
		{"", false},
		{"--in 10m --urgent", false},
	} {
		before := read()
		code, said := keysCommand(append([]string{"rotate", file}, strings.Fields(test.args)...)...)
		changed := !bytes.Equal(before, read())
		if test.refused && (code != exitUsage || changed || !strings.Contains(said, "--in") || !strings.Contains(said, "1m0s") || !strings.Contains(said, "--urgent")) {
			t.Errorf("%s: exit code %d, the file changed %v: %s", test.args, code, changed, said)
		}
		if !test.refused && (code != 0 || !changed) {
			t.Errorf("%s: exit code %d, the file changed %v: %s", test.args, code, changed, said)
		}
	}
	// A ring with keys that sign later accepts none that sign earlier, unless they were disclosed with the rest.
	before := read()
	if code, said := keysCommand("rotate", file, "--in", "2m"); code == 0 || !bytes.Equal(before, read()) || !strings.Contains(said, "begins to sign only at") {
		t.Errorf("a rotation past a key that has not begun to sign: exit code %d: %s", code, said)
	}
	if code, said := keysCommand("rotate", file, "--in", "0s", "--overlap", "0s", "--urgent"); code != 0 {
		t.Errorf("an urgent rotation: exit code %d: %s", code, said)
	}
}
