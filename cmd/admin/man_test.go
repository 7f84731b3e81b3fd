package main

import (
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

var updateMan = flag.Bool("update", false, "write man/ anew")

// manDir is where the pages of the manual stand.
const manDir = "../../man"

// writeMan writes a page for each command. The completion is of cobra, and its help is for one shell each.
func writeMan(t *testing.T, dir string) {
	t.Helper()
	root := (&app{}).root()
	root.CompletionOptions.DisableDefaultCmd = true
	root.DisableAutoGenTag, root.Version = true, ""
	var spaced func(*cobra.Command)
	spaced = func(c *cobra.Command) {
		c.DisableAutoGenTag = true
		for _, sub := range c.Commands() {
			spaced(sub)
		}
	}
	spaced(root)
	day := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "Einlass", Manual: "Einlass", Date: &day}, dir); err != nil {
		t.Fatal(err)
	}
}

var (
	flagLine = regexp.MustCompile(`(?m)^(\.PP\n|\.SH OPTIONS.*\n)(.*)\n\t`)
	monthOf  = regexp.MustCompile(`(?m)^(\.TH "[^"]*" "1" )"Nov 2026"`)
)

// mended is a page in the macros that man knows: flags as tagged paragraphs in place of tabs, and a whole date.
func mended(page string) string {
	return monthOf.ReplaceAllString(flagLine.ReplaceAllStringFunc(page, tagged), `$1"2026-11-30"`)
}

// tagged is a flag with its words as a tagged paragraph.
func tagged(flag string) string {
	parts := flagLine.FindStringSubmatch(flag)
	return strings.TrimPrefix(parts[1], ".PP\n") + ".TP\n" + parts[2] + "\n"
}

func pagesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "admin*.1"))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pages[filepath.Base(file)] = mended(string(text))
	}
	return pages
}

func TestTheManualIsCurrent(t *testing.T) {
	dir := t.TempDir()
	writeMan(t, dir)
	want := pagesIn(t, dir)
	if len(want) < 20 {
		t.Fatalf("only %d pages are made", len(want))
	}
	if *updateMan {
		for name := range pagesIn(t, manDir) {
			os.Remove(filepath.Join(manDir, name))
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(manDir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if have := pagesIn(t, manDir); !maps.Equal(have, want) {
		t.Errorf("man/ is not what the commands say: go test ./cmd/admin -run Manual -args -update")
	}
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Fatal("mandoc is not there: run make deps")
	}
	args := []string{"-T", "lint", "-W", "warning"}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		args = append(args, filepath.Join(manDir, name))
	}
	if out, err := exec.CommandContext(t.Context(), mandoc, args...).CombinedOutput(); err != nil {
		t.Errorf("%v: %.2000s", err, out)
	}
}
