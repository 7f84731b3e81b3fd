// Package browser drives Chromium through every page that a visitor sees. The tests themselves are written for
// node in the *.test.mjs files, one for each subject; each runs against a fake gateway of its own.
package browser

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/test/browser/fakegateway"
)

func TestEveryPageIsAccessible(t *testing.T) { runNode(t, "accessibility.test.mjs", extent) }

func TestThePagesWorkWithoutScript(t *testing.T) { runNode(t, "noscript.test.mjs", extent) }

func TestTheWaitingPage(t *testing.T) { runNode(t, "waiting.test.mjs", extent) }

func TestTheTurn(t *testing.T) { runNode(t, "turn.test.mjs", extent) }

func TestFormsAndInterruptions(t *testing.T) { runNode(t, "notices.test.mjs", extent) }

func TestWhatPeopleCanPress(t *testing.T) { runNode(t, "controls.test.mjs", extent) }

func TestTheDraw(t *testing.T) { runNode(t, "draw.test.mjs", extent) }

func TestEveryNodeTestHasItsGoTest(t *testing.T) {
	files, err := filepath.Glob("*.test.mjs")
	if err != nil || len(files) != 9 {
		t.Errorf("%d node tests (%v), and the tests run 9", len(files), err)
	}
}

// runNode runs a file of tests; args are for the file.
func runNode(t *testing.T, file string, args ...string) {
	t.Helper()
	t.Parallel()
	site := web.SiteConfig{Title: "Bürgerbüro Musterstadt", Contact: "07131 56-2000", Entry: 10 * time.Second}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	chromium, err := engine()
	if err != nil {
		t.Fatal(err)
	}
	cmd, stop, err := fakegateway.Node(ctx, chromium, ".", site, append([]string{"--test-reporter=spec", file}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	out, err := cmd.CombinedOutput()
	if err != nil {
		// The report ends with what failed; without that part it is all of interest.
		_, failing, found := strings.Cut(string(out), "✖ failing tests:")
		if !found {
			failing = string(out)
		}
		t.Fatalf("%v\n%s", err, failing)
	}
	if !strings.Contains(string(out), "ℹ pass ") || strings.Contains(string(out), "ℹ pass 0") {
		t.Fatalf("no test was run:\n%s", out)
	}
}
