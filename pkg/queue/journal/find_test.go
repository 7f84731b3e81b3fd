package journal_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/journal"
)

func TestARoomsJournalsAreFoundAmongThoseOfRoomsWithLongerNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[b")
	for i, room := range []string{"termine", "termine-2", "termine"} {
		f, err := journal.Create(dir, room, false, time.UnixMilli(start+int64(i)), func(err error) { t.Error(err) })
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	torn := filepath.Join(dir, "termine-x.jsonl")
	if err := os.WriteFile(torn, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for room, want := range map[string]int{"termine": 3, "termine-2": 1, "other": 0} {
		if paths, err := journal.Find(dir, room); err != nil || len(paths) != want || slices.Contains(paths, torn) != (room == "termine") {
			t.Errorf("of %s: %v, %v", room, paths, err)
		}
	}
	if _, err := journal.Find(filepath.Join(dir, "nowhere"), "termine"); err == nil {
		t.Error("a directory that is not there is taken")
	}
}
