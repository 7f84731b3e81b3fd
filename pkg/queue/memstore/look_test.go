package memstore

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// listing is what a directory holds: names, contents, modes.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		data := []byte{}
		if !e.IsDir() {
			data, err = os.ReadFile(filepath.Join(dir, e.Name()))
			must(t, err)
		}
		all[e.Name()] = info.Mode().String() + info.ModTime().String() + string(data)
	}
	return all
}

func TestALookSaysWhatAStartWouldMeetAndLeavesNoTrace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "room")
	files := &Files{Path: path}
	look := func(what string, wantDamaged int, wantErr string) {
		t.Helper()
		before := listing(t, dir)
		damaged, err := files.Look()
		if len(damaged) != wantDamaged || (err == nil) != (wantErr == "") || err != nil && !strings.Contains(err.Error(), wantErr) {
			t.Errorf("%s: damaged %v, error %v; want %d, %q", what, damaged, err, wantDamaged, wantErr)
		}
		if after := listing(t, dir); !maps.Equal(before, after) {
			t.Errorf("%s: the directory was changed from %q to %q", what, before, after)
		}
	}
	look("nothing is there", 0, "")

	s := begun(t, path, newClock(), document(60))
	join(t, s, 1, 3)
	look("a process uses the files", 0, "")
	if _, err := New(Config{Files: files}); err == nil {
		t.Error("the look has taken the lock away")
	}
	must(t, s.Close())
	look("a line is there", 0, "")

	must(t, os.WriteFile(path+".marks", []byte("damaged"), 0o600))
	look("a file is damaged", 1, "")
	must(t, os.Remove(path+".lock"))
	must(t, os.Mkdir(path+".lock", 0o700))
	look("a file cannot be opened", 1, "is a directory")
}
