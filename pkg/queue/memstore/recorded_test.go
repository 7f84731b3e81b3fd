package memstore_test

import (
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/queuetest"
)

func TestTheStateFilesOfEarlierReleasesAreTheSameLine(t *testing.T) {
	dirs, err := filepath.Glob("testdata/20*/*")
	if err != nil || len(dirs) < 2 {
		t.Fatalf("recordings: %v, %v", dirs, err)
	}
	for _, dir := range dirs {
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
			if found := s.Recovery(); !found.Found || found.Damaged != nil || found.Clean != (filepath.Base(dir) == "stopped") {
				t.Fatalf("recovery %+v", found)
			}
			queuetest.Replay(t, r, s, clock)
		})
	}
}
