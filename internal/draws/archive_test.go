package draws_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/draws"
	"github.com/einlass/einlass/pkg/queue/draw"
)

func newArchive(t *testing.T, dir string) (*draws.Archive, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zap.InfoLevel)
	a, err := draws.NewArchive(dir, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	return a, logs
}

// written runs the archive until all that is kept is on disk.
func written(t *testing.T, a *draws.Archive) {
	t.Helper()
	ended, stop := context.WithCancel(t.Context())
	stop()
	if err := a.Run(ended); err != nil {
		t.Fatal(err)
	}
}

func TestRecordsOutliveTheProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "draws")
	w := newWorld(t)
	archive, _ := newArchive(t, dir)
	g := w.gate("a", draw.None, archive)
	w.until(2 * time.Minute)
	g.comeEarly(20)
	w.until(start + time.Minute)
	written(t, archive)
	text, err := os.ReadFile(filepath.Join(dir, "termine", "2027-01-15_08-10.json"))
	if err != nil || !bytes.Equal(text, g.draws.Of(opening)) {
		t.Fatalf("%s, %v", text, err)
	}

	// What is no record is left alone, and does not keep a gateway from starting.
	for name, text := range map[string]string{"2027-01-16_08-00.json": "{}", "2027-01-14_08-00.json.new": "", "notes.txt": "-"} {
		if err := os.WriteFile(filepath.Join(dir, "termine", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "termine", "2027-01-17_08-00.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	later := newWorld(t)
	again, _ := newArchive(t, dir)
	h := later.gate("b", draw.None, again)
	if !bytes.Equal(h.draws.Of(opening), text) {
		t.Errorf("%s", h.draws.Of(opening))
	}
	if h.logs.FilterMessageSnippet("is none").Len() != 1 || h.logs.FilterMessageSnippet("cannot be read").Len() != 1 {
		t.Errorf("logged: %v", h.logs.All())
	}
}

// Another statement about the same draw than the one that was published is an error for all to see.
func TestAStatementThatDiffersIsLogged(t *testing.T) {
	dir := t.TempDir()
	for i, differs := range []bool{false, true} {
		w := newWorld(t) // with keys of its own
		archive, _ := newArchive(t, dir)
		g := w.gate("a", draw.None, archive)
		w.until(2 * time.Second)
		written(t, archive)
		if n := g.logs.FilterMessageSnippet("differs").Len(); (n == 1) != differs {
			t.Errorf("gateway %d: logged %v", i, g.logs.All())
		}
	}
}

func TestAnArchiveThatCannotBeWrittenSaysSo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	archive, logs := newArchive(t, filepath.Join(dir, "draws"))
	w := newWorld(t)
	_, err := draws.New(draws.Config{Room: "termine", Keys: w.keys, Chain: w.chain.Chain, Rounds: &gate{w: w}, Archive: archive, Log: zap.NewNop()}, draw.None)
	if err == nil {
		t.Fatal("a directory below a file is read")
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	g := w.gate("a", draw.None, archive)
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.until(2 * time.Second)
	written(t, archive)
	if logs.FilterMessageSnippet("is not kept").Len() != 1 || g.draws.Of(opening) == nil {
		t.Errorf("logged: %v", logs.All())
	}
}
