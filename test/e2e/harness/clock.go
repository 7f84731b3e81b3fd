package harness

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
)

// readsClock is the line of the standard library's time.Now that asks the system, in seconds since 1970.
const readsClock = "\tsec, nsec, mono := runtimeNow()\n"

// Ahead builds the gateway as it runs on a machine whose clock is ahead by so many whole seconds: the program's source is the
// same, and its time.Now adds them to the wall clock. The monotonic clock is right. It takes minutes the first time, because
// everything is compiled anew.
func Ahead(tb testing.TB, ahead time.Duration) *Program {
	tb.Helper()
	root, err := launch.Run(tb.Context(), "go", "env", "GOROOT")
	must(tb, err)
	file := filepath.Join(strings.TrimSpace(root), "src", "time", "time.go")
	source, err := os.ReadFile(file)
	must(tb, err)
	if n := strings.Count(string(source), readsClock); n != 1 {
		tb.Fatalf("%s reads the clock in %d places, want 1", file, n)
	}
	dir := tb.TempDir()
	changed, overlay := filepath.Join(dir, "time.go"), filepath.Join(dir, "overlay.json")
	adds := fmt.Sprintf("%s\tsec += %d\n", readsClock, int64(ahead/time.Second))
	must(tb, os.WriteFile(changed, []byte(strings.Replace(string(source), readsClock, adds, 1)), 0o600))
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{file: changed}})
	must(tb, err)
	must(tb, os.WriteFile(overlay, replace, 0o600))
	program := filepath.Join(dir, "gateway")
	_, err = launch.Run(tb.Context(), "go", "build", "-pgo=off", "-overlay", overlay, "-o", program, "github.com/einlass/einlass/cmd/gateway")
	must(tb, err)
	return &Program{path: program}
}
