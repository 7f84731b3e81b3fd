package memstore

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// recording is a line as the release before kept it, with what that release answered about it.
type recording struct {
	dir      string
	now      int64
	visitors []queue.Place
	answers  struct {
		Line struct {
			Epoch, Last, Head                        uint64
			Waiting, Front, Calls, Inside            int64
			Joined, Called, Admitted, Finished, Left int64
			Orders                                   []queue.Order
			Version                                  int64
			Mode                                     queue.Mode
			Rate                                     int64
			MaxInside                                int64 `json:"max_inside"`
			Burst                                    int64
			Message                                  string
			ValuesHash                               string `json:"values_hash"`
		}
		Visitors, Renewals []struct {
			Number uint64
			State  string
			Until  int64
		}
	}
}

func recordings(t *testing.T) (all []*recording) {
	t.Helper()
	files, err := filepath.Glob("testdata/20*/*/now.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("recordings: %v, %v", files, err)
	}
	for _, file := range files {
		r := &recording{dir: filepath.Dir(file)}
		read := func(name string, to any) {
			data, err := os.ReadFile(filepath.Join(r.dir, name))
			must(t, err)
			must(t, json.Unmarshal(data, to))
		}
		var visitors []struct {
			Visitor       string
			Epoch, Number uint64
		}
		read("now.json", &r.now)
		read("answers.json", &r.answers)
		read("visitors.json", &visitors)
		for _, v := range visitors {
			id, err := queue.ParseVisitorID(v.Visitor)
			must(t, err)
			r.visitors = append(r.visitors, queue.Place{Visitor: id, Epoch: v.Epoch, Number: v.Number, Order: queue.OrderOf(v.Epoch, v.Number)})
		}
		all = append(all, r)
	}
	return all
}

// configured is the document of a configuration like that of the recorded rooms.
func configured() queue.Document {
	d := queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 1, Burst: 1}, Timing: queue.DefaultTiming()}
	d.Timing.Window, d.Timing.Hold = 6*time.Second, 1200*time.Millisecond
	return d
}

func (r *recording) clean() bool { return filepath.Base(r.dir) == "stopped" }

// open opens a copy of the recorded files.
func (r *recording) open(t *testing.T, c *clock) (s *Store, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "termine")
	copyFiles(t, r.dir+"/termine", path)
	c.ms.Store(r.now)
	return open(t, path, c), path
}

// sameLine compares everything that visitors can see with what the release before answered.
func (r *recording) sameLine(t *testing.T, s *Store) {
	t.Helper()
	f, then := snapshot(t, s), &r.answers.Line
	settings, err := queue.ParseSettings(f.Document.Settings)
	must(t, err)
	got, want := *then, *then
	got.Last, got.Head = f.Last, uint64(f.Heads[0])
	got.Waiting, got.Front, got.Calls, got.Inside = f.Waiting, f.Front, f.Calls, f.Live
	got.Joined, got.Called, got.Admitted, got.Finished, got.Left = f.Joined, f.Called, f.Admitted, f.Finished, f.Left
	got.Version, got.Mode, got.Rate, got.MaxInside = f.Document.Version, f.Document.Pace.Mode, f.Document.Pace.Rate, f.Document.Pace.MaxInside
	got.Burst, got.Message, got.ValuesHash = f.Document.Pace.Burst, settings.Message, settings.ValuesHash
	got.Orders = f.Sketches[0].First
	if text, before := marshal(t, got), marshal(t, want); text != before {
		t.Errorf("the line is\n%s, before\n%s", text, before)
	}
	if f.Epoch <= then.Epoch && r.clean() {
		t.Errorf("epoch %d, before %d", f.Epoch, then.Epoch)
	}
	for i, state := range keep(t, s, r.visitors...) {
		if want := r.answers.Visitors[i]; state.String() != want.State {
			t.Errorf("number %d is %v, before %s", want.Number, state, want.State)
		}
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	must(t, err)
	return string(data)
}

func TestTheFirstRestoreTakesTheLineOfTheReleaseBeforeOver(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(filepath.Base(r.dir), func(t *testing.T) {
			c := newClock()
			s, path := r.open(t, c)
			if found := s.Recovery(); !found.Found || found.Damaged != nil || found.Clean != r.clean() {
				t.Fatalf("recovery %+v", found)
			}
			if _, err := s.Snapshot(t.Context()); !errors.Is(err, queue.ErrLost) {
				t.Fatalf("before the first Restore: %v", err)
			}
			// A start that comes to nothing changes no file.
			crash(t, s, path)
			s = open(t, path, c)
			must(t, s.Restore(t.Context(), queue.Watermark{Document: configured()}))
			r.sameLine(t, s)
			r.goOn(t, s, c)
			crash(t, s, path)
			s = open(t, path, c)
			if found := s.Recovery(); !found.Found || found.Damaged != nil {
				t.Errorf("recovery after the takeover: %+v", found)
			}
		})
	}
}

// goOn: stays are renewed, calls claimed, and newcomers stand behind.
func (r *recording) goOn(t *testing.T, s *Store, c *clock) {
	t.Helper()
	for _, want := range r.answers.Renewals {
		p := r.visitors[want.Number-1]
		reply, err := s.Renew(t.Context(), []queue.Stay{{Visitor: p.Visitor, Started: c.now() - 1000, At: c.now()}})
		must(t, err)
		if got := reply.Standings[0]; got.State != queue.StateInside || got.Until != c.now()+(10*time.Minute).Milliseconds() {
			t.Errorf("the stay of number %d is %+v", want.Number, got)
		}
	}
	p := join(t, s, 9000, 1)[0]
	if last := r.visitors[len(r.visitors)-1]; p.Order <= last.Order || p.Number <= last.Number {
		t.Errorf("%+v is given behind %+v", p, last)
	}
	d := snapshot(t, s).Document
	d.Pace.Mode, d.Pace.MaxInside = queue.ModeRun, 0
	_, err := s.Settle(t.Context(), d)
	must(t, err)
	c.pass(2 * time.Second)
	before := snapshot(t, s)
	f := advance(t, s)
	if f.Called == before.Called {
		t.Fatal("nobody is called")
	}
	for i, state := range keep(t, s, r.visitors...) {
		if was := r.answers.Visitors[i].State; was == "front" && state != queue.StateCalled {
			t.Errorf("number %d is %v, and was in front", i+1, state)
		}
	}
}

// The process dies between the write of the places and that of the marks.
func TestACrashWhileALineIsTakenOverLosesNothing(t *testing.T) {
	for _, r := range recordings(t) {
		t.Run(filepath.Base(r.dir), func(t *testing.T) {
			c := newClock()
			s, path := r.open(t, c)
			must(t, s.Restore(t.Context(), queue.Watermark{Document: configured()}))
			_ = s.keeper.lock.Close()
			half := kill(t, path)
			data, err := os.ReadFile(r.dir + "/termine.marks")
			must(t, err)
			must(t, os.WriteFile(half+".marks", data, 0o600))
			again := open(t, half, c)
			if found := again.Recovery(); !found.Found || found.Damaged != nil {
				t.Fatalf("recovery %+v", found)
			}
			r.answers.Line.Last = snapshot(t, again).Last // above the reserve
			r.sameLine(t, again)
		})
	}
}

// The disk is full when the line is taken over: the files of the release before stay until there is room.
func TestALineThatCannotBeWrittenDownStaysAsItWas(t *testing.T) {
	r := recordings(t)[0]
	path, c := filepath.Join(t.TempDir(), "termine"), newClock()
	copyFiles(t, r.dir+"/termine", path)
	c.ms.Store(r.now)
	var reports []error
	s, err := New(Config{Clock: c.now, Files: &Files{
		Path: path, Every: time.Hour, PlacesEvery: time.Hour, Report: func(err error) { reports = append(reports, err) },
	}})
	must(t, err)
	must(t, os.Rename(path+".places", path+".kept"))
	must(t, os.MkdirAll(path+".places/x", 0o700))
	must(t, s.Restore(t.Context(), queue.Watermark{Document: configured()}))
	if len(reports) != 1 || reports[0] == nil {
		t.Fatalf("reports %v", reports)
	}
	seen := unique{}
	seen.given(t, join(t, s, 9000, 5)...)
	must(t, os.RemoveAll(path+".places"))
	must(t, os.Rename(path+".kept", path+".places"))
	again := open(t, kill(t, path), c)
	must(t, again.Restore(t.Context(), queue.Watermark{Document: configured()}))
	seen.given(t, join(t, again, 9100, 5)...)
	r.answers.Line.Last, r.answers.Line.Joined = snapshot(t, again).Last, r.answers.Line.Joined+5
	for i, state := range keep(t, again, r.visitors...) {
		if want := r.answers.Visitors[i]; state.String() != want.State {
			t.Errorf("number %d is %v, before %s", want.Number, state, want.State)
		}
	}
	// With room again, the line is written down, and goes on by itself.
	must(t, s.savePlaces(&s.mu))
	saveMarks(t, s)
	crash(t, s, path)
	if found := open(t, path, c).room; found == nil {
		t.Error("the line waits for a Restore, although it was written down")
	}
}

// The release before takes files of this version for damaged ones and sets them aside.
func TestFilesSayThatTheirVersionIsANewOne(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "room"), newClock()
	s := begun(t, path, c, document(0))
	must(t, s.Close())
	for _, ending := range []string{".marks", ".places"} {
		data, err := os.ReadFile(path + ending)
		must(t, err)
		if v := binary.LittleEndian.Uint32(data[12:]); v == firstVersion || !slices.Contains([]string{"mark", "plac"}, string(data[8:12])) {
			t.Errorf("%s says version %d", ending, v)
		}
		data[12]++
		must(t, os.WriteFile(path+ending, data, 0o600))
	}
	s = open(t, path, c)
	if d := s.Recovery().Damaged; len(d) != 2 || !strings.Contains(d[0].Error(), "version 3, this program reads versions 1 and 2") {
		t.Errorf("of a later version: %v", d)
	}
}
