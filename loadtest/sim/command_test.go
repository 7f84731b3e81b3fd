package sim

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/loadtest/report"
	"github.com/einlass/einlass/loadtest/scenarios"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// command runs the sim command and returns what it printed.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := Command()
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(args)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestTheCommandPrintsBothRunsAndWritesWhatItIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	page, lines := filepath.Join(dir, "report.html"), filepath.Join(dir, "journal.jsonl")
	out, err := command(t, "--scenario", "memmingen", "--tick", "1s", "--people", "140", "--out", page, "--journal", lines)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(out, "50 of 50") || !strings.Contains(out, "without") || strings.Contains(out, "BROKEN") {
		t.Errorf("%s", out)
	}
	if b, err := os.ReadFile(page); err != nil || !bytes.Contains(b, []byte("Memmingen")) {
		t.Errorf("the page: %v", err)
	}
	b, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	s := scenarios.Memmingen()
	check, err := journal.New(journal.Config{Timing: s.Gate.Timing, Ordered: true, Report: func(v journal.Violation) { t.Error(v) }})
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		var e journal.Event
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		check.Observe(e)
	}
	if sum := check.Close(); sum.Numbers < 90 || sum.Stays < 50 {
		t.Errorf("the journal holds %+v", sum)
	}
}

func TestOneRunCanBeLeftOut(t *testing.T) {
	for flag, heading := range map[string]string{"--gate": "without", "--no-gate": "with the gate"} {
		out, err := command(t, "--scenario", "memmingen", "--tick", "1s", "--people", "70", flag)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(strings.TrimPrefix(out, "Memmingen"), "places booked"); strings.Contains(first, heading) {
			t.Errorf("%s: %s", flag, first)
		}
	}
}

func TestStrangersAndCrashesCanBeAskedFor(t *testing.T) {
	out, err := command(t, "--scenario", "memmingen", "--tick", "2s", "--people", "350", "--gate", "--strangers", "--crashes", "8")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"with strangers", "calls that nobody took", "crashes, numbers that they skipped", "a copied cookie buys no second stay"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestBadFlagsAreRefused(t *testing.T) {
	for want, args := range map[string][]string{
		"tick":                 {"--tick", "1ms"},
		"atlantis":             {"--scenario", "atlantis"},
		"must not be negative": {"--people", "-1"},
		"crashes 201":          {"--crashes", "201"},
		"none of the others":   {"--gate", "--no-gate"},
		"no such file":         {"--gate", "--people", "50", "--journal", "/no/such/folder/file"},
		"calendar.places":      {"--scenario", "hessen", "--people", "900000000"},
	} {
		out, err := command(t, args...)
		if err == nil {
			t.Errorf("%q: no error: %s", args, out)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
	}
}

func TestAReportThatHasNoPlaceIsRefusedBeforeThePlay(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "absent", "file")
	for _, args := range [][]string{{"--out", nowhere}, {"--write", nowhere}} {
		var out bytes.Buffer
		c := MorningsCommand()
		c.SetOut(&out)
		c.SetErr(&out)
		c.SetArgs(args)
		if err := c.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), args[0]) || strings.Contains(out.String(), "booked") {
			t.Errorf("%v: %v\n%s", args, err, out.String())
		}
	}
	if out, err := command(t, "--people", "140", "--out", nowhere); err == nil || strings.Contains(out, "booked") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestABrokenPromiseFailsTheCommand(t *testing.T) {
	s := small(func(s *scenarios.Scenario) {
		s.Expect = scenarios.Speyer().Expect // of one contingent nobody keeps the order for the next
	})
	m := report.Morning{Scenario: s, Results: []scenarios.Result{play(t, Config{Scenario: s, Gate: true, Seed: 1})}}
	doc := filepath.Join(t.TempDir(), "doc.md")
	if err := os.WriteFile(doc, []byte("<!-- sim:begin -->\n<!-- sim:end -->\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := publish(&out, []report.Morning{m}, doc, filepath.Join(t.TempDir(), "out.html"))
	if err == nil || !strings.Contains(err.Error(), "not kept") {
		t.Errorf("%v", err)
	}
	if b, err := os.ReadFile(doc); err != nil || !bytes.Contains(b, []byte("BROKEN")) {
		t.Errorf("the page does not say so: %v", err)
	}
}
