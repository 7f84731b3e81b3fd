//go:build long

package browser

import (
	"testing"
	"time"

	"github.com/einlass/einlass/test/browser/fakegateway"
)

// extent: `make long-pages` plays every test, and checks each page in every setting.
const (
	extent   = "every-test"
	patience = 13 * time.Minute // within that of `make long-pages`
)

func engine() (string, error) { return fakegateway.Chromium(false) }

func TestTheScriptSaysWhatThePageSays(t *testing.T) { runNode(t, "words.test.mjs", extent) }

func TestPagesAndGatewaysOfTwoReleases(t *testing.T) { runNode(t, "releases.test.mjs", extent) }
