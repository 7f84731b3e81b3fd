package memstore

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// clock is one that tests move.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(start)
	return c
}

func (c *clock) now() int64           { return c.ms.Load() }
func (c *clock) pass(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// document calls rate places a minute, five at once after a quiet time.
func document(rate int64) queue.Document {
	d := queue.Document{
		Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Rate: rate, Burst: 5}, Timing: queue.DefaultTiming(), Settings: `{"message":"m"}`,
	}
	d.Timing.Hold = 20 * time.Second
	return d
}

// open opens a store whose files are written when the test says so.
func open(t *testing.T, path string, c *clock) *Store {
	t.Helper()
	s, err := New(Config{Clock: c.now, Files: &Files{
		Path: path, Every: time.Hour, PlacesEvery: time.Hour,
		Report: func(err error) { t.Errorf("report: %v", err) },
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// begun opens a store of a room that begins.
func begun(t *testing.T, path string, c *clock, d queue.Document) *Store {
	t.Helper()
	s := open(t, path, c)
	must(t, s.Restore(t.Context(), queue.Watermark{Document: d}))
	return s
}

var endings = []string{".marks", ".places", ".lock"}

// copyFiles copies a room's files as they are: what a process leaves behind that is killed now, or a backup. What is not there
// is removed.
func copyFiles(t *testing.T, from, to string) {
	t.Helper()
	for _, ending := range endings {
		data, err := os.ReadFile(from + ending)
		if errors.Is(err, os.ErrNotExist) {
			err = os.Remove(to + ending)
			if errors.Is(err, os.ErrNotExist) {
				err = nil
			}
		} else if err == nil {
			err = os.WriteFile(to+ending, data, 0o600)
		}
		must(t, err)
	}
}

// kill is another directory with what a process leaves behind that is killed now.
func kill(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "room")
	copyFiles(t, path, to)
	return to
}

// crash leaves behind what a process that is killed now leaves behind, in the same place.
func crash(t *testing.T, s *Store, path string) {
	t.Helper()
	left := kill(t, path)
	_ = s.Close()
	copyFiles(t, left, path)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// join gives numbers to n visitors from the first on.
func join(t testing.TB, s *Store, first, n int) (places []queue.Place) {
	t.Helper()
	for ; n > 0; n -= queue.MaxBatch {
		for _, j := range joined(t, s, first, min(n, queue.MaxBatch)) {
			places = append(places, j.Place)
		}
		first += queue.MaxBatch
	}
	return places
}

// keep sends the heartbeats of places and answers the states.
func keep(t testing.TB, s *Store, places ...queue.Place) (states []queue.State) {
	t.Helper()
	for len(places) > 0 {
		var beats []queue.Beat
		for _, p := range places[:min(len(places), queue.MaxBatch)] {
			beats = append(beats, queue.Beat{Place: p})
		}
		places = places[len(beats):]
		reply, err := s.Keep(t.Context(), 0, beats)
		must(t, err)
		for _, standing := range reply.Standings {
			states = append(states, standing.State)
		}
	}
	return states
}

func claim(t testing.TB, s *Store, p queue.Place) queue.Standing {
	t.Helper()
	reply, err := s.Claim(t.Context(), 0, []queue.Place{p})
	must(t, err)
	return reply.Standings[0]
}

func snapshot(t testing.TB, s *Store) queue.Snapshot {
	t.Helper()
	f, err := s.Snapshot(t.Context())
	must(t, err)
	return f
}

func advance(t testing.TB, s *Store) queue.Snapshot {
	t.Helper()
	f, err := s.Advance(t.Context(), queue.Watermark{}, queue.Sample{}, queue.Verdict{})
	must(t, err)
	return f
}

// saveMarks writes the marks as a change of the document does.
func saveMarks(t testing.TB, s *Store) {
	t.Helper()
	_, err := s.Settle(t.Context(), snapshot(t, s).Document)
	must(t, err)
}
