//go:build long

package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// reloadsMove makes each thing that can become of a file that is read again.
func reloadsMove(t *testing.T, w *metricsWatch) {
	g, _ := one(t, harness.Room{})
	w.look(g)
	result := func(name string) string { return `einlass_config_reloads_total{result="` + name + `"}` }
	g.Edit("on_store_failure: hold", "on_store_failure: local")
	g.Reload()
	w.until(g, 5*time.Second, result("applied"))
	g.Edit("on_store_failure: local", "on_store_failure: never")
	g.Reload()
	w.until(g, 5*time.Second, result("refused"))
	if w.has(g, "einlass_config_last_reload_successful") {
		t.Error("a refused file counts as a success")
	}
	if err := os.Rename(g.File, filepath.Join(t.TempDir(), "away")); err != nil {
		t.Fatal(err)
	}
	g.Reload()
	w.until(g, 5*time.Second, result("failed"))
}
