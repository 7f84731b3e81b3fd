package memstore

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A line that was put back goes on in an epoch of its own, above that of the line which it replaces, and is held: those who came since the copy
// come back before anybody is called.
func TestALineThatIsPutBackGoesOnAsThatOfAProcessThatDied(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "termine")
	p := history(t, 5, path, 300)
	must(t, p.store.Close())
	copies := map[string][]byte{}
	for _, ending := range []string{".marks", ".places"} {
		data, err := os.ReadFile(path + ending)
		must(t, err)
		copies[ending] = data
	}
	saved, err := Saved(path+".marks", false)
	if err != nil || saved.UnixMilli() != p.now {
		t.Fatalf("saved at %v, %v", saved, err)
	}
	again := func(now int64) *Store {
		t.Helper()
		s, err := New(Config{Clock: func() int64 { return now }, Files: &Files{Path: path, Every: time.Hour, PlacesEvery: time.Hour}})
		must(t, err)
		return s
	}
	clean := again(p.now + 5000)
	if r := clean.Recovery(); !r.Clean {
		t.Errorf("stopped in order: %+v", r)
	}
	newer := clean.room.Epoch
	if _, err := (&Files{Path: path}).Hold(); err == nil {
		t.Error("files that are in use can be held")
	}
	must(t, clean.Close())

	path = filepath.Join(t.TempDir(), "termine") // where nothing says that a process has gone on
	held, err := (&Files{Path: path}).Hold()
	must(t, err)
	if _, err := New(Config{Files: &Files{Path: path}}); err == nil {
		t.Error("a store uses files that are held")
	}
	for ending, data := range copies {
		must(t, os.WriteFile(path+ending, data, 0o600))
	}
	must(t, held.PutBack())
	must(t, held.Close())
	s := again(p.now + 6000)
	defer s.Close()
	if r := s.Recovery(); r.Clean || !r.Found || s.room.Epoch <= newer || s.room.Hold <= s.room.now {
		t.Errorf("%+v, epoch %d behind %d, held until %d at %d", r, s.room.Epoch, newer, s.room.Hold, s.room.now)
	}
}

func TestTheAgeOfAFileThatIsNoStateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "termine.marks")
	if _, err := Saved(path, false); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	must(t, os.WriteFile(path, []byte("nothing of the kind, but long enough"), 0o600))
	if _, err := Saved(path, false); !errors.Is(err, errDamaged) {
		t.Errorf("%v", err)
	}
	must(t, writeSealed(path, kindPlaces, func(w io.Writer) error { return nil }))
	if _, err := Saved(path, false); !errors.Is(err, errDamaged) {
		t.Errorf("of the other kind: %v", err)
	}
}
