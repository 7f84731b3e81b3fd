package memstore_test

import (
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/queuetest"
)

func TestTheStateFilesOfEarlierReleasesAreTheSameLine(t *testing.T) {
	found, err := filepath.Glob("testdata/20*/*/now.json")
	if err != nil || len(found) < 2 {
		t.Fatalf("recordings: %v, %v", found, err)
	}
	for _, file := range found {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(filepath.Dir(dir))+" "+filepath.Base(dir), func(t *testing.T) {
			r := queuetest.LoadRecording(t, dir)
			path := filepath.Join(t.TempDir(), "termine")
			queuetest.CopyFiles(t, dir+"/termine.*", path)
			clock := queuetest.NewClock(r.Now)
			s, err := memstore.New(memstore.Config{Timing: r.Timing(), Clock: clock.Now, Files: &memstore.Files{Path: path}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			if r := s.Recovery(); !r.Found || r.Damaged != nil || r.Clean != (filepath.Base(dir) == "stopped") {
				t.Fatalf("recovery %+v", r)
			}
			queuetest.Replay(t, r, s, clock)
		})
	}
}
