// Package manual holds the pages of the manual (man/) to the commands that they are made from. Only tests import it.
package manual

import (
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

// Hold fails t if the pages in dir that begin with the name of root are not what root and its commands say, or are wrong for mandoc. With
// update it writes them first. The completion is of cobra, and its help is for one shell each: it has no page.
func Hold(t *testing.T, root *cobra.Command, dir string, update bool) {
	t.Helper()
	made := t.TempDir()
	write(t, root, made)
	want := pagesIn(t, made, root.Name())
	if len(want) < 10 {
		t.Fatalf("only %d pages are made", len(want))
	}
	if update {
		replace(t, dir, root.Name(), want)
	}
	if have := pagesIn(t, dir, root.Name()); !maps.Equal(have, want) {
		t.Errorf("man/ is not what the commands say: make man")
	}
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Fatal("mandoc is not there: run make deps")
	}
	args := []string{"-T", "lint", "-W", "warning"}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		args = append(args, filepath.Join(dir, name))
	}
	if out, err := exec.CommandContext(t.Context(), mandoc, args...).CombinedOutput(); err != nil {
		t.Errorf("%v: %.2000s", err, out)
	}
}

// write writes a page for each command.
func write(t *testing.T, root *cobra.Command, dir string) {
	t.Helper()
	root.CompletionOptions.DisableDefaultCmd = true
	root.Version = ""
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

// replace puts pages in the place of those that there are.
func replace(t *testing.T, dir, name string, pages map[string]string) {
	t.Helper()
	for old := range pagesIn(t, dir, name) {
		if err := os.Remove(filepath.Join(dir, old)); err != nil {
			t.Fatal(err)
		}
	}
	for page, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, page), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
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

// pagesIn are the pages of a command and those below it.
func pagesIn(t *testing.T, dir, name string) map[string]string {
	t.Helper()
	pages := map[string]string{}
	for _, pattern := range []string{name + ".1", name + "-*.1"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			pages[filepath.Base(file)] = mended(string(text))
		}
	}
	return pages
}
