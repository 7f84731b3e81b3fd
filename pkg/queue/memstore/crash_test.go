package memstore_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/queuetest"
)

// crashes is how often processes die in a row: what a fault multiplies, it has multiplied beyond all numbers by then.
const crashes = 60

// numbered is a place as a ticket names it.
type numbered struct{ epoch, number uint64 }

// crash leaves behind what a process that is killed now leaves behind, in the same place.
func crash(t *testing.T, s *memstore.Store, path string) {
	t.Helper()
	left := kill(t, path)
	_ = s.Close()
	for _, ending := range []string{".marks", ".places"} {
		data, err := os.ReadFile(left + ending)
		if errors.Is(err, os.ErrNotExist) {
			if err := os.Remove(path + ending); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			continue
		}
		if err == nil {
			err = os.WriteFile(path+ending, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestNumbersGrowByWhatWasGivenHoweverOftenProcessesDie(t *testing.T) {
	for _, c := range []struct {
		name   string
		perRun int
	}{{"one arrival each", 1}, {"a crowd each", 1200}} {
		t.Run(c.name, func(t *testing.T) {
			path, clock := filepath.Join(t.TempDir(), "room"), queuetest.NewClock(start)
			seen := map[numbered]bool{}
			var last queue.Place
			var first queue.Place
			for n := range crashes {
				s := open(t, path, clock)
				if n == 0 {
					if err := s.Restore(t.Context(), queue.Watermark{Control: control(0)}); err != nil {
						t.Fatal(err)
					}
				}
				for _, p := range join(t, s, n*c.perRun, c.perRun) {
					if seen[numbered{p.Epoch, p.Number}] || p.Order() <= last.Order() || p.Number <= last.Number {
						t.Fatalf("after %d crashes %+v is given behind %+v", n, p, last)
					}
					seen[numbered{p.Epoch, p.Number}], last = true, p
					if n == 0 && first.Number == 0 {
						first = p
					}
				}
				// What may have been given since the last save: twice what was, at least a thousand.
				if most := uint64((n + 1) * (1000 + 3*c.perRun)); last.Number > most {
					t.Fatalf("after %d crashes of %d arrivals each the number is %d, want at most %d", n, c.perRun, last.Number, most)
				}
				if !last.Valid() {
					t.Fatalf("after %d crashes %+v is refused", n, last)
				}
				clock.Step(250)
				if n%2 == 0 { // some die just after a save
					if _, err := s.Control(t.Context(), snapshot(t, s).Control); err != nil {
						t.Fatal(err)
					}
				}
				crash(t, s, path)
			}
			s := open(t, path, clock)
			reply, err := s.Keep(t.Context(), []queue.Beat{{Place: first}, {Place: last}})
			if err != nil {
				t.Fatal(err)
			}
			for _, standing := range reply.Standings {
				if standing.State != queue.StateWaiting {
					t.Errorf("a ticket of before is %v", standing.State)
				}
			}
		})
	}
}

// A state that an earlier version has multiplied is read, and heals with the next epoch.
func TestMultipliedNumbersOfEarlierVersionsHeal(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room"), queuetest.NewClock(start+60_000)
	for _, ending := range []string{".marks", ".places"} {
		data, err := os.ReadFile("testdata/multiplied/room" + ending)
		if err == nil {
			err = os.WriteFile(path+ending, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, path, clock)
	if r := s.Recovery(); !r.Clean || r.Damaged != nil {
		t.Fatalf("recovery %+v", r)
	}
	before := join(t, s, 1000, 1)[0]
	if before.Number != 847_288_609_443_002 {
		t.Errorf("the number after a clean stop is %d", before.Number)
	}
	crash(t, s, path)
	s = open(t, path, clock)
	after := join(t, s, 1001, 1)[0]
	if after.Number != 1 || after.Order() <= before.Order() || !after.Valid() {
		t.Errorf("%+v is given behind %+v", after, before)
	}
	reply, err := s.Keep(t.Context(), []queue.Beat{{Place: before}})
	if err != nil || reply.Standings[0].State != queue.StateWaiting {
		t.Errorf("the ticket of before is %+v, %v", reply.Standings, err)
	}
}

func TestAFrozenProcessHearsPeopleBeforeItPassesThemOver(t *testing.T) {
	clock := queuetest.NewClock(start)
	s, err := memstore.New(memstore.Config{Timing: timing, Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(t.Context(), queue.Watermark{Control: control(0)}); err != nil {
		t.Fatal(err)
	}
	stayed := join(t, s, 0, 25)
	advance(t, s)
	clock.Step((345 * time.Second).Milliseconds())
	c := control(60)
	if _, err := s.Control(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	join(t, s, 100, 2)
	for range timing.Hold / (250 * time.Millisecond) {
		if f := advance(t, s); f.Called != 0 {
			t.Fatalf("%d called, the head at %d", f.Called, f.HeadNum)
		}
		clock.Step(250)
	}
	var beats []queue.Beat
	for _, p := range stayed {
		beats = append(beats, queue.Beat{Place: p})
	}
	if _, err := s.Keep(t.Context(), beats); err != nil {
		t.Fatal(err)
	}
	if f := advance(t, s); f.Called != 5 || f.HeadNum != 5 {
		t.Errorf("%d called, the head at %d, want the first five who stayed", f.Called, f.HeadNum)
	}
}

// alone runs the test in a process of its own and reports whether this is that process: limits of a process are for all
// its tests, and for what the go command has it write.
func alone(t *testing.T) bool {
	t.Helper()
	const mark = "EINLASS_TEST_ALONE"
	if os.Getenv(mark) != "" {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), mark+"=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()+"/") {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// full makes every write to a file fail as on a full disk, by the limit on the size of files, and answers how to make
// room again.
func full(t *testing.T) (room func()) {
	t.Helper()
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	set := func(l syscall.Rlimit) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
			t.Fatal(err)
		}
	}
	// The note of the epoch fits: it is written over bytes that are there.
	set(syscall.Rlimit{Cur: 64, Max: was.Max})
	room = func() { set(was) }
	t.Cleanup(room)
	return room
}

func TestAFullDiskStopsNoStartAndRepeatsNoNumber(t *testing.T) {
	if !alone(t) {
		return
	}
	for name, clean := range map[string]bool{"after a clean stop": true, "after a crash": false} {
		t.Run(name, func(t *testing.T) {
			path, clock := filepath.Join(t.TempDir(), "room"), queuetest.NewClock(start)
			s := open(t, path, clock)
			if err := s.Restore(t.Context(), queue.Watermark{Control: control(0)}); err != nil {
				t.Fatal(err)
			}
			seen := map[uint64]queue.Place{}
			given := func(places []queue.Place) {
				t.Helper()
				for _, p := range places {
					if before, twice := seen[p.Number]; twice {
						t.Fatalf("%+v is given after %+v", p, before)
					}
					seen[p.Number] = p
				}
			}
			given(join(t, s, 0, 3))
			if clean {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			} else {
				crash(t, s, path)
			}
			room := full(t)
			for n := range crashes {
				var reports []string
				s, err := memstore.New(memstore.Config{Timing: timing, Clock: clock.Now, Files: &memstore.Files{
					Path: path, Every: time.Hour, PlacesEvery: time.Hour,
					Report: func(err error) { reports = append(reports, err.Error()) },
				}})
				if err != nil {
					t.Fatalf("start %d: %v", n, err)
				}
				if len(reports) != 1 || !strings.Contains(reports[0], ".marks") {
					t.Fatalf("start %d says %q", n, reports)
				}
				given(join(t, s, 10+5*n, 5))      // within one millisecond of the start before
				if err := s.Close(); err == nil { // it could write no more than a process that is killed
					t.Fatal("the disk is not full")
				}
			}
			room()
			given(join(t, open(t, path, clock), 5000, 5))
		})
	}
}

// The lock file alone tells that there was a line.
func TestALineWhoseFilesAreGoneIsFollowedByALaterOne(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room"), queuetest.NewClock(start)
	var last queue.Place
	for n := range crashes {
		s := open(t, path, clock)
		if err := s.Restore(t.Context(), queue.Watermark{Control: control(0)}); err != nil {
			t.Fatal(err)
		}
		p := join(t, s, n, 1)[0]
		if p.Epoch <= last.Epoch || p.Number <= last.Number {
			t.Fatalf("%+v is given after %+v", p, last)
		}
		last = p
		_ = s.Close()
		for _, ending := range []string{".marks", ".places"} {
			if err := os.Remove(path + ending); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestADirectoryThatMayNotBeWrittenToIsRefused(t *testing.T) {
	_, err := memstore.New(memstore.Config{Timing: timing, Files: &memstore.Files{Path: filepath.Join(t.TempDir(), "none", "room")}})
	if err == nil {
		t.Error("accepted")
	}
}
