package memstore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// words are all words of these letters up to a length.
func words(letters string, most int) []string {
	all := []string{""}
	for from := 0; most > 0; most-- {
		long := all[from:]
		from = len(all)
		for _, w := range long {
			for _, l := range letters {
				all = append(all, w+string(l))
			}
		}
	}
	return all
}

// Files may be copied while a process writes them, the marks first: whatever is written until the places are copied, the copy knows all that was
// saved when it began. Each letter stands for visitors who come, one of whom gives up, and for one of the files being written.
func TestACopyOfTheMarksAndThenThePlacesIsWhole(t *testing.T) {
	for _, before := range words("mp", 3) {
		for _, meanwhile := range words("mp", 2) {
			dir, now, n := t.TempDir(), int64(start), byte(0)
			s, err := New(Config{Clock: func() int64 { return now }, Files: &Files{Path: filepath.Join(dir, "room"), Every: time.Hour, PlacesEvery: time.Hour}})
			must(t, err)
			must(t, s.Restore(t.Context(), queue.Watermark{Document: queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 1, Burst: 1}, Timing: queue.DefaultTiming()}}))
			var left []queue.VisitorID
			lives := func(letters string) {
				for _, l := range letters {
					now += 1000
					one, other := queue.VisitorID{1, n}, queue.VisitorID{2, n}
					n++
					_, err := s.Join(t.Context(), []queue.Arrival{{Visitor: one}, {Visitor: other}})
					must(t, err)
					must(t, s.savePlacesOf(l))
					must(t, s.Leave(t.Context(), []queue.VisitorID{one}))
					left = append(left, one)
					must(t, s.savePlacesOf(l))
					s.saveMarksOf(l)
				}
			}
			lives(before)
			copied, known := t.TempDir(), slices.Clone(left)
			take := func(ending string) {
				data, err := os.ReadFile(filepath.Join(dir, "room"+ending))
				if errors.Is(err, fs.ErrNotExist) {
					return
				}
				must(t, err)
				must(t, os.WriteFile(filepath.Join(copied, "room"+ending), data, 0o600))
			}
			take(".marks")
			lives(meanwhile)
			take(".places")
			must(t, s.Close())
			c, err := New(Config{Clock: func() int64 { return now }, Files: &Files{Path: filepath.Join(copied, "room"), Every: time.Hour, PlacesEvery: time.Hour}})
			must(t, err)
			for _, id := range known {
				if got := c.room.standing(id); got.State != queue.StateSpent {
					t.Errorf("%q and then %q: a visitor who gave up is %v", before, meanwhile, got.State)
				}
			}
			must(t, c.Close())
		}
	}
}

func (s *Store) savePlacesOf(letter rune) error {
	if letter != 'p' {
		return nil
	}
	return s.savePlaces(&s.mu)
}

func (s *Store) saveMarksOf(letter rune) {
	if letter == 'm' {
		s.saveMarksNow()
	}
}
