package memstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/queuetest"
)

var timing = queue.Timing{
	Absent: 5 * time.Minute, ClaimWindow: time.Minute, Idle: 10 * time.Minute, TicketLife: 24 * time.Hour, Hold: 20 * time.Second,
}

func control(rate int64) queue.Control {
	return queue.Control{Version: 1, Mode: queue.ModeRun, Pace: queue.Pace{Rate: rate, Burst: 5}}
}

// start is about a year after epochs begin to count.
const start = int64(1_800_000_000_000)

func open(t *testing.T, path string, clock *queuetest.Clock) *memstore.Store {
	t.Helper()
	s, err := memstore.New(memstore.Config{Timing: timing, Clock: clock.Now, Files: &memstore.Files{
		Path: path, Every: time.Hour, PlacesEvery: time.Hour, // written when the test says so
		Report: func(err error) { t.Errorf("report: %v", err) },
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// kill copies the files as they are: what a process that is killed now leaves behind.
func kill(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "room")
	for _, ending := range []string{".marks", ".places"} {
		data, err := os.ReadFile(path + ending)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+ending, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func join(t *testing.T, s queue.Store, first, n int) []queue.Place {
	t.Helper()
	var places []queue.Place
	for n > 0 {
		batch := min(n, queue.MaxBatch)
		var ids []queue.VisitorID
		for range batch {
			ids = append(ids, queuetest.Visitor(first))
			first++
		}
		reply, err := s.Join(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range reply.Places {
			places = append(places, j.Place)
		}
		n -= batch
	}
	return places
}

func snapshot(t *testing.T, s queue.Store) queue.Snapshot {
	t.Helper()
	f, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func advance(t *testing.T, s queue.Store) queue.Snapshot {
	t.Helper()
	f, err := s.Advance(t.Context(), queue.Watermark{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestALineThatWasClosedCleanlyGoesOnWhereItWas(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room"), queuetest.NewClock(start)
	s := open(t, path, clock)
	if err := s.Restore(t.Context(), queue.Watermark{Control: control(60)}); err != nil {
		t.Fatal(err)
	}
	places := join(t, s, 0, 700)
	clock.Step(3000)
	advance(t, s)
	if _, err := s.Claim(t.Context(), places[:2]); err != nil {
		t.Fatal(err)
	}
	if err := s.Leave(t.Context(), []queue.VisitorID{places[9].Visitor}); err != nil {
		t.Fatal(err)
	}
	want := snapshot(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path, clock)
	if r := again.Recovery(); !r.Found || !r.Clean || r.Places != 700 || r.Damaged != nil {
		t.Errorf("recovery is %+v", r)
	}
	got := snapshot(t, again)
	want.Gateways, got.Gateways = 0, 0
	if !slices.Equal(got.Sketch.First, want.Sketch.First) {
		t.Error("the line is another one")
	}
	got.Sketch, want.Sketch = queue.Sketch{}, queue.Sketch{}
	if got.Epoch != want.Epoch || got.Last != want.Last || got.Head != want.Head || got.Waiting != want.Waiting ||
		got.Calls != want.Calls || got.Inside != want.Inside || got.Hold != want.Hold || got.Control != want.Control || got.Called != want.Called {
		t.Errorf("snapshot is\n%+v, want\n%+v", got, want)
	}
	if next := join(t, again, 5000, 1); next[0].Number != 701 {
		t.Errorf("the next number is %d", next[0].Number)
	}
}

func TestAfterALongStopPeopleAreHeardBeforeTheyArePassedOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "room")
	clock := queuetest.NewClock(start)
	s := open(t, path, clock)
	if err := s.Restore(t.Context(), queue.Watermark{Control: control(60)}); err != nil {
		t.Fatal(err)
	}
	places := join(t, s, 0, 20)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	clock.Step((timing.Absent + time.Minute).Milliseconds())
	s = open(t, path, clock)
	if f := advance(t, s); f.Head != 0 || f.Waiting != 20 {
		t.Fatalf("%d waiting with the head at %d, before any of them could be heard", f.Waiting, f.HeadNum)
	}
	for _, p := range places {
		if _, err := s.Keep(t.Context(), []queue.Beat{{Place: p}}); err != nil {
			t.Fatal(err)
		}
	}
	clock.Step(timing.Hold.Milliseconds())
	if f := advance(t, s); f.Called != 5 || f.HeadNum != 5 {
		t.Errorf("%d called, the head at %d, want 5 and 5", f.Called, f.HeadNum)
	}
}

func TestAfterAKillNoNumberIsGivenTwiceAndNobodyIsOvertaken(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room"), queuetest.NewClock(start)
	s := open(t, path, clock)
	if err := s.Restore(t.Context(), queue.Watermark{Control: control(60)}); err != nil {
		t.Fatal(err)
	}
	// Far more than the first reserve, so that joining itself has to write the marks.
	old := join(t, s, 0, 5000)
	dead := kill(t, path)

	clock.Step(2000)
	again := open(t, dead, clock)
	if r := again.Recovery(); !r.Found || r.Clean {
		t.Errorf("recovery is %+v", r)
	}
	fresh := join(t, again, 10_000, 3)
	highest := old[len(old)-1]
	for _, p := range fresh {
		if p.Number <= highest.Number || p.Order() <= highest.Order() {
			t.Errorf("number %d was given although %d had been", p.Number, highest.Number)
		}
	}
	if f := advance(t, again); f.Called != 0 || f.Hold != clock.Now()+timing.Hold.Milliseconds() {
		t.Errorf("called %d, hold until %d at %d", f.Called, f.Hold, clock.Now())
	}
	// The tickets come back in any order.
	for _, i := range []int{4, 0, 3, 1, 2} {
		if _, err := again.Keep(t.Context(), []queue.Beat{{Place: old[i]}}); err != nil {
			t.Fatal(err)
		}
	}
	clock.Step(timing.Hold.Milliseconds())
	if f := advance(t, again); f.Called != 5 || f.Head != old[4].Order() {
		t.Errorf("called %d up to order %d, want the five old places up to %d", f.Called, f.Head, old[4].Order())
	}
}

func TestAKillBetweenTwoSavesOfThePlacesKeepsCallsAndStays(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room"), queuetest.NewClock(start)
	s := open(t, path, clock)
	if err := s.Restore(t.Context(), queue.Watermark{Control: control(120)}); err != nil {
		t.Fatal(err)
	}
	places := join(t, s, 0, 10)
	clock.Step(2000)
	advance(t, s)
	if _, err := s.Claim(t.Context(), places[:1]); err != nil {
		t.Fatal(err)
	}
	// Any change of the controls writes the marks, with calls and stays.
	c := snapshot(t, s).Control
	if _, err := s.Control(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	again := open(t, kill(t, path), clock)
	reply, err := again.Claim(t.Context(), places[:2])
	if err != nil {
		t.Fatal(err)
	}
	if reply.Standings[0].State != queue.StateInside || reply.Standings[1].State != queue.StateInside {
		t.Errorf("standings are %v", reply.Standings)
	}
	if f := snapshot(t, again); f.Inside != 2 || f.Control.Version != 2 {
		t.Errorf("%d inside, version %d", f.Inside, f.Control.Version)
	}
}

func TestADamagedFileIsKeptAsideAndTheLineComesBackWithTheTickets(t *testing.T) {
	damages := map[string]func([]byte) []byte{
		"cut in half":      func(b []byte) []byte { return b[:len(b)/2] },
		"empty":            func([]byte) []byte { return nil },
		"one bit flipped":  func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
		"another version":  func(b []byte) []byte { b[12] = 9; return b },
		"the other's file": func(b []byte) []byte { copy(b[8:], "abcd"); return b },
		"zeros":            func(b []byte) []byte { return make([]byte, len(b)) },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			path, clock := filepath.Join(t.TempDir(), "room"), queuetest.NewClock(start)
			s := open(t, path, clock)
			if err := s.Restore(t.Context(), queue.Watermark{Control: control(60)}); err != nil {
				t.Fatal(err)
			}
			places := join(t, s, 0, 20)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			for _, ending := range []string{".marks", ".places"} {
				data, err := os.ReadFile(path + ending)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path+ending, damage(data), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			clock.Step(5000)
			again := open(t, path, clock)
			r := again.Recovery()
			if r.Found || len(r.Damaged) != 2 {
				t.Fatalf("recovery is %+v", r)
			}
			for _, err := range r.Damaged {
				if !strings.Contains(err.Error(), "kept as") {
					t.Errorf("the error does not say where the file is: %v", err)
				}
			}
			if kept, _ := filepath.Glob(path + ".*.damaged-*"); len(kept) != 2 {
				t.Errorf("kept aside: %v", kept)
			}
			if _, err := again.Join(t.Context(), []queue.VisitorID{queuetest.Visitor(77)}); !errors.Is(err, queue.ErrLost) {
				t.Errorf("join: %v", err)
			}
			if err := again.Restore(t.Context(), queue.Watermark{Control: control(60)}); err != nil {
				t.Fatal(err)
			}
			newcomer := join(t, again, 100, 1)[0]
			if _, err := again.Keep(t.Context(), []queue.Beat{{Place: places[19]}, {Place: places[0]}}); err != nil {
				t.Fatal(err)
			}
			clock.Step(timing.Hold.Milliseconds() - 1)
			if f := advance(t, again); f.Called != 0 {
				t.Error("somebody was called before a poll interval had passed")
			}
			clock.Step(1)
			f := advance(t, again)
			if newcomer.Order() < places[19].Order() || f.Head != newcomer.Order() || f.Called != 3 {
				t.Errorf("called %d up to %d; the old places are %d and %d, the newcomer %d",
					f.Called, f.Head, places[0].Order(), places[19].Order(), newcomer.Order())
			}
		})
	}
}

func TestTwoProcessesNeverShareTheFiles(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room"), queuetest.NewClock(start)
	open(t, path, clock)
	_, err := memstore.New(memstore.Config{Timing: timing, Clock: clock.Now, Files: &memstore.Files{Path: path}})
	if err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("the second store: %v", err)
	}
}

func TestAFullDiskIsReportedOnceAndTheLineGoesOn(t *testing.T) {
	dir := t.TempDir()
	clock := queuetest.NewClock(start)
	var reports []error
	s, err := memstore.New(memstore.Config{Timing: timing, Clock: clock.Now, Files: &memstore.Files{
		Path: filepath.Join(dir, "room"), Every: time.Hour, PlacesEvery: time.Hour,
		Report: func(err error) { reports = append(reports, err) },
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(t.Context(), queue.Watermark{Control: control(60)}); err != nil {
		t.Fatal(err)
	}
	// A directory in the file's place makes every replacement fail, for root too.
	marks := filepath.Join(dir, "room.marks")
	if err := errors.Join(os.Remove(marks), os.MkdirAll(filepath.Join(marks, "x"), 0o700)); err != nil {
		t.Fatal(err)
	}
	if got := join(t, s, 0, 3000); len(got) != 3000 {
		t.Errorf("%d places", len(got))
	}
	if len(reports) != 1 || reports[0] == nil {
		t.Errorf("reports: %v", reports)
	}
	if err := os.RemoveAll(marks); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Control(context.Background(), snapshot(t, s).Control); err != nil {
		t.Fatal(err)
	}
	if len(reports) != 2 || reports[1] != nil {
		t.Errorf("reports after there is room again: %v", reports)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.new-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
