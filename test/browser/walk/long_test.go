//go:build long

package walk

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// extent: `make long-browsers` and `make long-pages` play every scene.
const extent, scenes = "every-test", 20

func TestFirefoxWalksThroughASiteThatBreaksEasily(t *testing.T) {
	const program = "/usr/bin/firefox-esr"
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("%v: run make deps-browsers", err)
	}
	walk(t, "firefox", program)
}

// The engine of Safari has no mode without a screen.
func TestWebKitWalksThroughASiteThatBreaksEasily(t *testing.T) {
	if _, err := exec.LookPath("WebKitWebDriver"); err != nil {
		t.Fatalf("%v: run make deps-browsers", err)
	}
	found, err := filepath.Glob("/usr/lib/*/webkit2gtk-4.1/MiniBrowser")
	if err != nil || len(found) != 1 {
		t.Fatalf("MiniBrowser is at %q (%v): run make deps-browsers", found, err)
	}
	walk(t, "webkit", found[0], "xvfb-run", "-a")
}
