package staff

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestAChangeTakesAwayWhatADeadProcessLeft(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	name := func(rest string) string { return filepath.Join(dir, rest) }
	for _, file := range []string{".staff.json.old", ".staff.json.new", ".keys.json.old"} {
		if err := os.WriteFile(name(file), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	for _, old := range []string{".staff.json.old", ".keys.json.old"} {
		if err := os.Chtimes(name(old), now, now.Add(-2*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if err := Change(path, func(*Roll) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{".staff.json.old": false, ".staff.json.new": true, ".keys.json.old": true, FileName: true} {
		if _, err := os.Stat(name(file)); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %v", file, err, want)
		}
	}
}

func TestAChangeThatFailsWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), FileName)
	no := errors.New("no")
	if err := Change(path, func(*Roll) error { return no }); !errors.Is(err, no) {
		t.Errorf("it says %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file is there")
	}
	if err := Change(filepath.Join(path, "x"), func(*Roll) error { return nil }); err == nil {
		t.Error("without a directory nothing is wrong")
	}
}
