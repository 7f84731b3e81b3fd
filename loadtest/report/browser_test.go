package report

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestChartsAreDrawnInABrowser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.html")
	if err := WriteHTML(path, []Morning{morning()}); err != nil {
		t.Fatal(err)
	}
	// A bound, not an expectation: a browser that hangs must not hang the tests.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu",
		"--user-data-dir="+t.TempDir(), "--dump-dom", "file://"+path).Output()
	if err != nil {
		t.Fatalf("chromium (apt-get install chromium): %v", err)
	}
	if got := strings.Count(string(out), "<canvas"); got != 8 {
		t.Errorf("%d charts are drawn, want 8", got)
	}
}
