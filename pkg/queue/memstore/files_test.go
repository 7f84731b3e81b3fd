package memstore

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/queuetest/model"
)

// dump is everything that a room keeps by visitor, reference and code.
type dump struct {
	Visitors map[queue.VisitorID]saved
	Refs     map[queue.Code]int64
	Uses     []use
}

func dumped(s *Store) dump {
	d := dump{Visitors: map[queue.VisitorID]saved{}, Refs: map[queue.Code]int64{}, Uses: slices.Clone(s.room.codes.uses)}
	for id, ref := range s.room.index {
		if v := s.room.save(ref); v.set() != inNone || v.has != 0 {
			d.Visitors[id] = v
		}
	}
	for c, ref := range s.room.refs.index {
		d.Refs[c] = s.room.refs.slab.at(ref).at
	}
	return d
}

// differ names the visitors that differ.
func (d dump) differ(want dump) (all []string) {
	for id := range want.Visitors {
		if d.Visitors[id] != want.Visitors[id] {
			all = append(all, fmt.Sprintf("%v: got %+v, want %+v", id, d.Visitors[id], want.Visitors[id]))
		}
	}
	for id, v := range d.Visitors {
		if _, ok := want.Visitors[id]; !ok {
			all = append(all, fmt.Sprintf("%v: got %+v, want none", id, v))
		}
	}
	if !maps.Equal(d.Refs, want.Refs) {
		all = append(all, fmt.Sprintf("references: got %v, want %v", d.Refs, want.Refs))
	}
	if !slices.Equal(d.Uses, want.Uses) {
		all = append(all, fmt.Sprintf("codes: got %v, want %v", d.Uses, want.Uses))
	}
	return all
}

// history is a store with files after so many random verbs.
func history(t testing.TB, seed uint64, path string, steps int) *pair {
	p := &pair{t: t, r: rand.New(rand.NewPCG(seed, 11)), now: start + int64(seed)}
	clock := func() int64 { return p.now }
	store, err := New(Config{Clock: clock, Files: &Files{Path: path, Every: time.Hour, PlacesEvery: time.Hour}})
	must(t, err)
	t.Cleanup(func() { _ = p.store.Close() })
	p.model, p.store = model.New(clock), store
	p.restore(queue.Watermark{Document: p.document()})
	p.lossless = true
	for range steps {
		p.step()
	}
	return p
}

// The figures are the same, but for those of the epoch that every start begins.
func sameFigures(t *testing.T, got, want figures) {
	t.Helper()
	got.Epoch, got.Born, got.Judgement.Tick = want.Epoch, want.Born, want.Judgement.Tick
	got.Opening.Segments, want.Opening.Segments = nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s", difference(reflect.ValueOf(got), reflect.ValueOf(want)))
	}
}

func TestALineThatWasClosedCleanlyGoesOnWhereItWas(t *testing.T) {
	for seed := range uint64(filed) {
		path := filepath.Join(t.TempDir(), "room")
		p := history(t, seed, path, 300)
		want, figures := dumped(p.store), p.store.room.figures
		must(t, p.store.Close())
		s, err := New(Config{Clock: func() int64 { return p.now }, Files: &Files{Path: path}})
		must(t, err)
		if r := s.Recovery(); !r.Found || !r.Clean || r.Damaged != nil {
			t.Fatalf("recovery is %+v", r)
		}
		if s.room.Epoch <= figures.Epoch || s.room.Last != figures.Last {
			t.Errorf("epoch %d, last %d, before %d and %d", s.room.Epoch, s.room.Last, figures.Epoch, figures.Last)
		}
		sameFigures(t, s.room.figures, figures)
		if d := dumped(s).differ(want); d != nil {
			t.Errorf("seed %d: %s", seed, strings.Join(d, "\n"))
		}
		must(t, s.Close())
		if t.Failed() {
			return
		}
	}
}

// After a crash all is there but for places given since the last write of the places, and heartbeats since then.
func TestAfterACrashWhatTheMarksHoldIsThere(t *testing.T) {
	for seed := range uint64(filed) {
		path := filepath.Join(t.TempDir(), "room")
		p := history(t, seed, path, 150)
		must(t, p.store.savePlaces(&p.store.mu))
		p.steady = true
		for range 150 {
			p.step()
		}
		p.store.saveMarksNow()
		want := dumped(p.store)
		s, err := New(Config{Clock: func() int64 { return p.now }, Files: &Files{Path: kill(t, path)}})
		must(t, err)
		if r := s.Recovery(); !r.Found || r.Clean || r.Damaged != nil {
			t.Fatalf("recovery is %+v", r)
		}
		got := dumped(s)
		for id, v := range want.Visitors {
			switch mine, known := got.Visitors[id]; {
			case !v.set().waits():
			case !known && v.set() == inLine: // given since
				delete(want.Visitors, id)
			case known && mine.set() == v.set(): // heard of since
				mine.at = v.at
				got.Visitors[id] = mine
			}
		}
		for id, v := range got.Visitors { // forgotten since, and soon again
			if _, known := want.Visitors[id]; !known && (!v.set().waits() || v.order() <= s.room.Opening.Floor) {
				delete(got.Visitors, id)
			}
		}
		for c := range got.Refs {
			if _, known := want.Refs[c]; !known {
				delete(got.Refs, c)
			}
		}
		if d := got.differ(want); d != nil {
			t.Errorf("seed %d: %s", seed, strings.Join(d, "\n"))
		}
		must(t, s.Close())
		if t.Failed() {
			return
		}
	}
}

func TestAfterALongStopPeopleAreHeardBeforeTheyArePassedOver(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "room"), newClock()
	d := document(60)
	s := begun(t, path, c, d)
	places := join(t, s, 0, 20)
	keep(t, s, places...)
	must(t, s.Close())
	c.pass(d.Timing.Absent + time.Minute)
	s = open(t, path, c)
	if f := advance(t, s); f.Heads[0] != 0 || f.Waiting != 20 {
		t.Fatalf("%d waiting with the head at %d, before any of them could be heard", f.Waiting, f.HeadNumbers[0])
	}
	keep(t, s, places...)
	c.pass(d.Timing.Hold)
	if f := advance(t, s); f.Called < 5 || f.Heads[0] != places[f.Called-1].Order {
		t.Errorf("%d called, the head at %d", f.Called, f.HeadNumbers[0])
	}
}

func TestAfterAKillNoNumberIsGivenTwiceAndNobodyIsOvertaken(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "room"), newClock()
	d := document(60)
	s := begun(t, path, c, d)
	// Far more than the first reserve, so that joining itself has to write the marks.
	old := join(t, s, 0, 5000)
	dead := kill(t, path)
	c.pass(2 * time.Second)
	again := open(t, dead, c)
	if r := again.Recovery(); !r.Found || r.Clean {
		t.Errorf("recovery is %+v", r)
	}
	later := join(t, again, 10_000, 3)
	highest := old[len(old)-1]
	for _, p := range later {
		if p.Number <= highest.Number || p.Order <= highest.Order {
			t.Errorf("number %d was given although %d had been", p.Number, highest.Number)
		}
	}
	keep(t, again, later...)
	if f := advance(t, again); f.Called != 0 || f.Hold != c.now()+d.Timing.Hold.Milliseconds() {
		t.Errorf("called %d, hold until %d at %d", f.Called, f.Hold, c.now())
	}
	// The tickets come back in any order.
	for _, i := range []int{4, 0, 3, 1, 2} {
		if got := keep(t, again, old[i]); got[0] != queue.StateWaiting {
			t.Errorf("ticket %d is %v", i, got[0])
		}
	}
	c.pass(d.Timing.Hold)
	f := advance(t, again)
	if f.Called < 5 || f.Called > 8 || f.Heads[0] != slices.Concat(old[:5], later)[f.Called-1].Order {
		t.Errorf("called %d up to order %d, want the five old places before the new ones", f.Called, f.Heads[0])
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
			path, c := filepath.Join(t.TempDir(), "room"), newClock()
			d := document(60)
			s := begun(t, path, c, d)
			places := join(t, s, 0, 20)
			must(t, s.Close())
			for _, ending := range []string{".marks", ".places"} {
				data, err := os.ReadFile(path + ending)
				must(t, err)
				must(t, os.WriteFile(path+ending, damage(data), 0o600))
			}
			c.pass(5 * time.Second)
			again := open(t, path, c)
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
			if _, err := again.Join(t.Context(), []queue.Arrival{{Visitor: numbered(77)}}); !errors.Is(err, queue.ErrLost) {
				t.Errorf("join: %v", err)
			}
			must(t, again.Restore(t.Context(), queue.Watermark{Document: d}))
			newcomer := join(t, again, 100, 1)[0]
			keep(t, again, newcomer, places[19], places[0])
			c.pass(d.Timing.Hold - time.Millisecond)
			if f := advance(t, again); f.Called != 0 {
				t.Error("somebody was called before a poll interval had passed")
			}
			c.pass(time.Millisecond)
			if f := advance(t, again); newcomer.Order < places[19].Order || f.Heads[0] != newcomer.Order || f.Called != 3 {
				t.Errorf("called %d up to %d; the old places are %d and %d, the newcomer %d",
					f.Called, f.Heads[0], places[0].Order, places[19].Order, newcomer.Order)
			}
		})
	}
}

func TestTwoProcessesNeverShareTheFiles(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "room"), newClock()
	open(t, path, c)
	_, err := New(Config{Clock: c.now, Files: &Files{Path: path}})
	if err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("the second store: %v", err)
	}
}

func TestAFullDiskIsReportedOnceAndTheLineGoesOn(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	var reports []error
	s, err := New(Config{Clock: c.now, Files: &Files{
		Path: filepath.Join(dir, "room"), Every: time.Hour, PlacesEvery: time.Hour,
		Report: func(err error) { reports = append(reports, err) },
	}})
	must(t, err)
	must(t, s.Restore(t.Context(), queue.Watermark{Document: document(60)}))
	// A directory in the file's place makes every replacement fail, for root too.
	marks := filepath.Join(dir, "room.marks")
	must(t, errors.Join(os.Remove(marks), os.MkdirAll(filepath.Join(marks, "x"), 0o700)))
	if got := join(t, s, 0, 3000); len(got) != 3000 {
		t.Errorf("%d places", len(got))
	}
	if len(reports) != 1 || reports[0] == nil {
		t.Errorf("reports: %v", reports)
	}
	must(t, os.RemoveAll(marks))
	saveMarks(t, s)
	if len(reports) != 2 || reports[1] != nil {
		t.Errorf("reports after there is room again: %v", reports)
	}
	must(t, s.Close())
	if left, _ := filepath.Glob(filepath.Join(dir, "*.new-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestADirectoryThatMayNotBeWrittenToIsRefused(t *testing.T) {
	if _, err := New(Config{Files: &Files{Path: filepath.Join(t.TempDir(), "none", "room")}}); err == nil {
		t.Error("accepted")
	}
}
