package memstore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

func TestSaveTellsWhetherTheLineIsOnTheDisk(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room"), newClock()
	s := begun(t, path, clock, document(0))
	join(t, s, 0, 5)
	must(t, s.Save())
	copied := filepath.Join(t.TempDir(), "room")
	for _, ending := range []string{".marks", ".places"} {
		data, err := os.ReadFile(path + ending)
		must(t, err)
		must(t, os.WriteFile(copied+ending, data, 0o600))
	}
	if got := open(t, copied, clock).Recovery().Places; got != 5 {
		t.Errorf("%d places were saved", got)
	}
	must(t, os.Remove(path+".places"))
	must(t, os.MkdirAll(filepath.Join(path+".places", "in the way"), 0o700))
	if err := s.Save(); err == nil {
		t.Error("places that cannot be written are saved")
	}
	must(t, os.RemoveAll(path+".places"))
	must(t, s.Save())
	must(t, s.Close())
	if err := s.Save(); !errors.Is(err, queue.ErrClosed) {
		t.Errorf("a closed store says %v", err)
	}
	if bare, err := New(Config{}); err != nil || bare.Save() != nil {
		t.Error("a store without files has none to write", err)
	}
}

func TestSaveTellsThatFilesCouldNotBeOpened(t *testing.T) {
	s := &Store{line: &line{unkept: true}} // a disk that fails when a file is opened is not to be had here
	if err := s.Save(); !errors.Is(err, ErrUnkept) {
		t.Errorf("it says %v", err)
	}
}
