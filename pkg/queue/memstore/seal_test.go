package memstore

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// openAfter opens a store that has the files from the process that closed them.
func openAfter(t *testing.T, path string, now func() int64, seal Seal) *Store {
	t.Helper()
	s, err := New(Config{Clock: now, Files: &Files{
		Path: path, Every: time.Hour, PlacesEvery: time.Hour, After: &seal, Report: func(err error) { t.Errorf("report: %v", err) },
	}})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// closed closes a store, and answers what it closed its files with.
func closed(t *testing.T, s *Store) Seal {
	t.Helper()
	if seal, ok := s.Seal(); ok {
		t.Errorf("before it is closed its seal is %+v", seal)
	}
	must(t, s.Close())
	seal, ok := s.Seal()
	if !ok {
		t.Fatal("a store that is closed has no seal")
	}
	return seal
}

func TestALineGoesOnInItsEpochWithTheFilesOfWhoClosedThem(t *testing.T) {
	path, clock, seen := filepath.Join(t.TempDir(), "room"), newClock(), unique{}
	s := begun(t, path, clock, document(0))
	places := join(t, s, 0, 3)
	seen.given(t, places...)
	for n := range 5 {
		before := snapshot(t, s)
		clock.pass(100 * time.Millisecond)
		s = openAfter(t, path, clock.now, closed(t, s))
		f := snapshot(t, s)
		if f.Epoch != before.Epoch || f.Last != before.Last || f.Born != before.Born || f.Waiting != before.Waiting || f.Hold != before.Hold {
			t.Fatalf("it goes on with %+v, it was %+v", f, before)
		}
		next := join(t, s, 3+n, 1)
		if seen.given(t, next...); next[0].Number != places[2].Number+uint64(n)+1 {
			t.Errorf("the next number is %d", next[0].Number)
		}
	}
	// What dies in such an epoch ends it, whether or not it has given a number.
	for n := range 4 {
		if n%2 == 1 {
			seen.given(t, join(t, s, 100+n, 1)...)
		}
		was := snapshot(t, s)
		crash(t, s, path)
		if s = open(t, path, clock); snapshot(t, s).Epoch <= was.Epoch {
			t.Fatalf("after a crash in epoch %d it goes on in %d", was.Epoch, snapshot(t, s).Epoch)
		}
		seen.given(t, join(t, s, 200+n, 1)...)
		s = openAfter(t, path, clock.now, closed(t, s))
	}
}

// A backup that was put back in between, or files that a process was killed with, are others.
func TestFilesThatTheSealIsNotOfBeginAnEpoch(t *testing.T) {
	dir, clock, seen := t.TempDir(), newClock(), unique{}
	path, backup := filepath.Join(dir, "room"), filepath.Join(dir, "backup")
	s := begun(t, path, clock, document(0))
	seen.given(t, join(t, s, 0, 3)...)
	first := closed(t, s)
	copyFiles(t, path, backup)
	s = openAfter(t, path, clock.now, first)
	seen.given(t, join(t, s, 3, 3)...)
	later := closed(t, s)
	copyFiles(t, backup, path)
	s = openAfter(t, path, clock.now, later)
	seen.given(t, join(t, s, 6, 3)...)
	crash(t, s, path)
	s = openAfter(t, path, clock.now, later)
	seen.given(t, join(t, s, 9, 3)...)
}

// Nobody waits for the second of a new epoch.
func TestALineThatGoesOnGivesNumbersAtOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Config{Files: &Files{Path: filepath.Join(dir, "room")}})
		must(t, err)
		must(t, s.Restore(t.Context(), queue.Watermark{Document: document(0)}))
		join(t, s, 0, 1)
		s = openAfter(t, filepath.Join(dir, "room"), nil, closed(t, s))
		began := time.Now()
		join(t, s, 1, 1)
		if waited := time.Since(began); waited != 0 {
			t.Errorf("an arrival waits %v", waited)
		}
		must(t, s.Close())
	})
}
