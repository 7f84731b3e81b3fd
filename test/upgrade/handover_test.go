//go:build long

package upgrade

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/test/e2e/harness"
)

// The gateway that runs does not give its line to a program of the release before, which could not read it: it says so and serves on.
func TestAHandoverToTheReleaseBeforeIsRefused(t *testing.T) {
	installed := filepath.Join(t.TempDir(), "gateway")
	if err := os.Symlink(today.Path(), installed); err != nil {
		t.Fatal(err)
	}
	program := harness.At(installed)
	site := harness.NewSite(t)
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{{Site: site}}})
	c := harness.NewCrowd(t, g)
	waiting := c.Arrive(10)
	if err := os.Remove(installed); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(old.Path(), installed); err != nil {
		t.Fatal(err)
	}
	pid := g.Process().Pid()
	said := today.Fails(t, "upgrade", "-c", g.File)
	if !strings.Contains(said, "not upgraded, the gateway serves on: the new program ended") || !strings.Contains(said, "it is of a release that cannot take over") {
		t.Errorf("it says %q", said)
	}
	if g.Process().Pid() != pid || !g.Process().Alive() {
		t.Error("the gateway has ended")
	}
	keepsPlaces(t, "after it", waiting, nil)
}
