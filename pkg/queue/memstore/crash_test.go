package memstore

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// crashes is how often processes die in a row: what a fault multiplies, it has multiplied beyond all numbers by then.
const crashes = 60

// unique notes the places given, and fails when one is given twice.
type unique map[number]queue.Place

func (u unique) given(t *testing.T, places ...queue.Place) {
	t.Helper()
	for _, p := range places {
		n := number{p.Epoch, p.Number}
		if before, twice := u[n]; twice {
			t.Fatalf("%+v is given after %+v", p, before)
		}
		if !p.Valid() {
			t.Fatalf("%+v is given, and refused", p)
		}
		u[n] = p
	}
}

func TestNumbersGrowByWhatWasGivenHoweverOftenProcessesDie(t *testing.T) {
	for _, c := range []struct {
		name   string
		perRun int
	}{{"one arrival each", 1}, {"a crowd each", 1200}} {
		t.Run(c.name, func(t *testing.T) {
			path, clock := filepath.Join(t.TempDir(), "room"), newClock()
			seen := unique{}
			var first, last queue.Place
			for n := range crashes {
				s := open(t, path, clock)
				if n == 0 {
					must(t, s.Restore(t.Context(), queue.Watermark{Document: document(0)}))
				}
				for _, p := range join(t, s, n*c.perRun, c.perRun) {
					seen.given(t, p)
					if p.Order <= last.Order || p.Number <= last.Number {
						t.Fatalf("after %d crashes %+v is given behind %+v", n, p, last)
					}
					if last = p; first.Number == 0 {
						first = p
					}
				}
				// What may have been given since the last save: twice what was, at least a thousand.
				if most := uint64((n + 1) * (1000 + 3*c.perRun)); last.Number > most {
					t.Fatalf("after %d crashes of %d arrivals each the number is %d, want at most %d", n, c.perRun, last.Number, most)
				}
				clock.pass(250 * time.Millisecond)
				if n%2 == 0 { // some die just after a save
					saveMarks(t, s)
				}
				crash(t, s, path)
			}
			s := open(t, path, clock)
			for _, state := range keep(t, s, first, last) {
				if state != queue.StateWaiting {
					t.Errorf("a ticket of before is %v", state)
				}
			}
		})
	}
}

// Starts that give no number take no epoch: a gateway that dies again and again is not ahead of the clock afterwards.
func TestStartsWithoutArrivalsTakeNoEpoch(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room"), newClock()
	s := begun(t, path, clock, document(0))
	seen := unique{}
	seen.given(t, join(t, s, 0, 3)...)
	for range crashes {
		clock.pass(20 * time.Millisecond)
		crash(t, s, path)
		s = open(t, path, clock)
	}
	if late := queue.EpochAt(clock.now()) + 1; s.room.Epoch > late {
		t.Errorf("epoch %d, the clock is at %d", s.room.Epoch, late)
	}
	seen.given(t, join(t, s, 10, 3)...)
}

// Somebody puts a backup of the directory back, of a line that was stopped or of one that ran, sooner or later, and the clock
// was an hour ahead when it was made, or not.
func TestABackupThatIsPutBackRepeatsNoNumber(t *testing.T) {
	for name, clean := range map[string]bool{"of a stopped line": true, "of a running line": false} {
		for ahead, hour := range map[string]time.Duration{"": 0, ", by a clock that was ahead": time.Hour} {
			t.Run(name+ahead, func(t *testing.T) {
				path, clock := filepath.Join(t.TempDir(), "room"), newClock()
				clock.pass(hour)
				seen := unique{}
				s := begun(t, path, clock, document(0))
				old := join(t, s, 0, 3)
				seen.given(t, old...)
				if clean {
					must(t, s.Close())
				}
				backup := kill(t, path)
				if !clean {
					crash(t, s, path)
				}
				clock.pass(-hour)
				for n := range crashes / 2 {
					clock.pass(time.Second)
					s := open(t, path, clock)
					seen.given(t, join(t, s, 1000*n+10, 7)...)
					if n%3 == 0 { // a life or two on what the last has left
						crash(t, s, path)
						clock.pass(time.Second)
						s = open(t, path, clock)
						seen.given(t, join(t, s, 1000*n+500, 7)...)
					}
					if got := keep(t, s, old...); got[0] != queue.StateWaiting {
						t.Fatalf("the ticket of before is %v", got[0])
					}
					must(t, s.Close())
					copyFiles(t, backup, path)
				}
			})
		}
	}
}

// By the wall clock the first number of a start is given in the second after it: no start in another second has its epoch.
func TestTheFirstNumberIsGivenInTheSecondOfItsEpoch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "room")
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.UnixMilli(start)))
		now := time.Now().UnixMilli()
		c := newClock()
		c.ms.Store(now)
		s := begun(t, path, c, document(0))
		join(t, s, 0, 1)
		must(t, s.Close())
		time.Sleep(1300 * time.Millisecond)
		s, err := New(Config{Files: &Files{Path: path}})
		must(t, err)
		p := join(t, s, 1, 1)[0]
		if got := time.Now(); got.Nanosecond() != 0 || p.Epoch != queue.EpochAt(got.UnixMilli()) {
			t.Errorf("%+v is given at %v, in epoch %d", p, got, queue.EpochAt(got.UnixMilli()))
		}
		before := time.Now()
		if join(t, s, 2, 1); time.Since(before) != 0 {
			t.Error("the second number waits, too")
		}
		must(t, s.Close())
	})
}

// The clock was ahead for one life of the process. Afterwards it is as if all had happened earlier.
func TestAClockThatWasAheadLetsNobodyWait(t *testing.T) {
	for name, clean := range map[string]bool{"stopped": true, "killed": false} {
		t.Run(name, func(t *testing.T) {
			path, c := filepath.Join(t.TempDir(), "room"), newClock()
			d := document(60)
			c.pass(time.Hour)
			s := begun(t, path, c, d)
			places := join(t, s, 0, 20)
			keep(t, s, places...)
			c.pass(2 * time.Second)
			if f := advance(t, s); f.Called == 0 {
				t.Fatal("nobody was called")
			}
			if got := claim(t, s, places[0]); got.State != queue.StateInside {
				t.Fatalf("the first is %v", got.State)
			}
			c.pass(d.Timing.Absent) // a hold, which is saved
			advance(t, s)
			keep(t, s, places...)
			must(t, s.savePlaces(&s.mu))
			saveMarks(t, s)
			if clean {
				must(t, s.Close())
			} else {
				crash(t, s, path)
			}
			c.pass(-time.Hour)
			s = open(t, path, c)
			if f := snapshot(t, s); f.Hold > c.now()+d.Timing.Hold.Milliseconds() || f.Tick > c.now() || f.Mark > c.now() {
				t.Errorf("hold %d, tick %d, mark %d at %d", f.Hold, f.Tick, f.Mark, c.now())
			}
			keep(t, s, places[5:]...)
			c.pass(d.Timing.Hold)
			before := snapshot(t, s).Called
			if f := advance(t, s); f.Called == before {
				t.Errorf("nobody is called, the hold ends in %d ms", f.Hold-c.now())
			}
			if got := claim(t, s, places[0]); got.State != queue.StateMissed && got.State != queue.StateInside || got.Until > c.now()+d.Timing.Idle.Milliseconds() {
				t.Errorf("the stay is %+v", got)
			}
		})
	}
}

// A lobby goes on over starts: whoever has a number is in the draw, and each has a lot of its own.
func TestALobbyGoesOnOverStarts(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "room"), newClock()
	d := document(0)
	d.Plan = []queue.Step{
		{At: start, Opening: "eight", Rank: 1, Phase: queue.PhaseLobby},
		{At: start + time.Hour.Milliseconds(), Opening: "eight", Rank: 2, Phase: queue.PhaseOpen, Draw: true},
	}
	s := begun(t, path, c, d)
	c.pass(d.Timing.Grace)
	advance(t, s)
	tickets := join(t, s, 0, 5)
	for n, end := range []func(){
		func() { crash(t, s, path) },
		func() { must(t, s.Close()) },
		func() { crash(t, s, path) },
	} {
		end()
		c.pass(time.Minute)
		s = open(t, path, c)
		advance(t, s)
		tickets = append(tickets, join(t, s, 100*(n+1), 3)...)
	}
	for _, state := range keep(t, s, tickets...) {
		if state != queue.StateLobby {
			t.Errorf("a ticket of the lobby is %v", state)
		}
	}
	c.pass(time.Hour)
	advance(t, s) // holds after the silence
	c.pass(d.Timing.Hold)
	f := advance(t, s)
	if f.Opening.Phase != queue.PhaseDrawing || len(f.Opening.Draws) != 1 {
		t.Fatalf("phase %v, draws %+v", f.Opening.Phase, f.Opening.Draws)
	}
	lots := map[uint64]bool{}
	for _, p := range tickets {
		lot, ok := f.Opening.Draws[0].Index(p.Epoch, p.Number)
		if !ok || lots[lot] {
			t.Errorf("%+v has lot %d, %v", p, lot, ok)
		}
		lots[lot] = true
	}
}

// A state that an earlier version has multiplied is read, and heals with the next epoch.
func TestMultipliedNumbersOfEarlierVersionsHeal(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room"), newClock()
	clock.pass(time.Minute)
	copyFiles(t, "testdata/multiplied/room", path)
	s := open(t, path, clock)
	if r := s.Recovery(); !r.Clean || r.Damaged != nil {
		t.Fatalf("recovery %+v", r)
	}
	must(t, s.Restore(t.Context(), queue.Watermark{Document: document(0)}))
	before := queue.Place{
		Visitor: numbered(9), Epoch: 335788437, Number: 847288609443001, Order: queue.OrderOf(335788437, 847288609443001),
	}
	after := join(t, s, 1001, 1)[0]
	if after.Number != 1 || after.Order <= before.Order || !after.Valid() {
		t.Errorf("%+v is given behind %+v", after, before)
	}
	if got := keep(t, s, before); got[0] != queue.StateWaiting {
		t.Errorf("the ticket of before is %v", got[0])
	}
}

func TestAFrozenProcessHearsPeopleBeforeItPassesThemOver(t *testing.T) {
	c := newClock()
	s, err := New(Config{Clock: c.now})
	must(t, err)
	d := document(60)
	must(t, s.Restore(t.Context(), queue.Watermark{Document: d}))
	stayed := join(t, s, 0, 25)
	keep(t, s, stayed...)
	c.pass(d.Timing.Absent + time.Minute)
	join(t, s, 100, 2)
	for range d.Timing.Hold / (250 * time.Millisecond) {
		if f := advance(t, s); f.Called != 0 {
			t.Fatalf("%d called, the head at %d", f.Called, f.HeadNumbers[0])
		}
		c.pass(250 * time.Millisecond)
	}
	keep(t, s, stayed...)
	if f := advance(t, s); f.Called < 5 || f.HeadNumbers[0] != uint64(f.Called) {
		t.Errorf("%d called, the head at %d, want the first who stayed", f.Called, f.HeadNumbers[0])
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
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was))
	set := func(l syscall.Rlimit) { must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)) }
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
			path, clock := filepath.Join(t.TempDir(), "room"), newClock()
			seen := unique{}
			s := begun(t, path, clock, document(0))
			seen.given(t, join(t, s, 0, 3)...)
			if clean {
				must(t, s.Close())
			} else {
				crash(t, s, path)
			}
			room := full(t)
			for n := range crashes {
				var reports []string
				s, err := New(Config{Clock: clock.now, Files: &Files{
					Path: path, Every: time.Hour, PlacesEvery: time.Hour,
					Report: func(err error) { reports = append(reports, err.Error()) },
				}})
				if err != nil {
					t.Fatalf("start %d: %v", n, err)
				}
				if len(reports) != 1 || !strings.Contains(reports[0], ".marks") {
					t.Fatalf("start %d says %q", n, reports)
				}
				seen.given(t, join(t, s, 10+5*n, 5)...) // within one millisecond of the start before
				if err := s.Close(); err == nil {       // it could write no more than a process that is killed
					t.Fatal("the disk is not full")
				}
			}
			room()
			seen.given(t, join(t, open(t, path, clock), 5000, 5)...)
		})
	}
}

// The lock file alone tells that there was a line.
func TestALineWhoseFilesAreGoneIsFollowedByALaterOne(t *testing.T) {
	path, clock := filepath.Join(t.TempDir(), "room"), newClock()
	var last queue.Place
	for n := range crashes {
		s := begun(t, path, clock, document(0))
		p := join(t, s, n, 1)[0]
		if p.Epoch <= last.Epoch || p.Number <= last.Number {
			t.Fatalf("%+v is given after %+v", p, last)
		}
		last = p
		_ = s.Close()
		for _, ending := range []string{".marks", ".places"} {
			if err := os.Remove(path + ending); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
}
