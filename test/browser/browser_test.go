// Package browser drives Chromium through every page that a visitor sees. The tests themselves are written for
// node in the *.test.mjs files, one for each subject; each runs against a fake gateway of its own.
package browser

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/test/browser/fakegateway"
	"github.com/einlass/einlass/test/browser/nodetest"
)

func TestLooksOfEveryState(t *testing.T) { runNode(t, "matrix.test.mjs", extent) }

func TestLooksInOtherBrowsers(t *testing.T) { runNode(t, "looks.test.mjs", extent) }

func TestScriptsAreForOldTelephones(t *testing.T) { runNode(t, "es5.test.mjs", extent) }

func TestScriptsThatDoNotWork(t *testing.T) { runNode(t, "failing.test.mjs", extent) }

func TestEveryPictureIsOfThePageAsItIs(t *testing.T) { runNode(t, "album.test.mjs", extent) }

func TestThePagesWorkWithoutScript(t *testing.T) { runNode(t, "noscript.test.mjs", extent) }

func TestTheWaitingPage(t *testing.T) { runNode(t, "waiting.test.mjs", extent) }

func TestTheTurn(t *testing.T) { runNode(t, "turn.test.mjs", extent) }

func TestFormsAndInterruptions(t *testing.T) { runNode(t, "notices.test.mjs", extent) }

func TestWhatPeopleCanPress(t *testing.T) { runNode(t, "controls.test.mjs", extent) }

func TestHowOftenThePageChanges(t *testing.T) { runNode(t, "updates.test.mjs", extent) }

func TestTheTabKeyAndTargets(t *testing.T) { runNode(t, "focus.test.mjs", extent) }

func TestAnHourOfAnnouncements(t *testing.T)  { runNode(t, "hour.test.mjs", extent) }
func TestWhatPagesSayOfOpenings(t *testing.T) { runNode(t, "openings.test.mjs", extent) }

func TestATownOfItsOwn(t *testing.T) { runNode(t, "town.test.mjs", extent) }

func TestTheDraw(t *testing.T) { runNode(t, "draw.test.mjs", extent) }

func TestEveryNodeTestHasItsGoTest(t *testing.T) {
	files, err := filepath.Glob("*.test.mjs")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d node tests (%v)", len(files), err)
	}
	var tests strings.Builder
	for _, name := range []string{"browser_test.go", "every_test.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(text)
	}
	for _, file := range files {
		if !strings.Contains(tests.String(), `runNode(t, "`+file+`"`) {
			t.Errorf("no Go test runs %s", file)
		}
	}
}

// runNode runs a file of tests; args are for the file.
func runNode(t *testing.T, file string, args ...string) {
	t.Helper()
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	chromium, err := engine()
	if err != nil {
		t.Fatal(err)
	}
	cmd, stop, err := fakegateway.Node(ctx, chromium, ".", fakegateway.Office(), append([]string{"--test-reporter=spec", file}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, nodetest.Failing(out))
	}
	if !strings.Contains(string(out), "ℹ pass ") || strings.Contains(string(out), "ℹ pass 0") {
		t.Fatalf("no test was run:\n%s", out)
	}
}
