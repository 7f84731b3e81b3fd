package queuetest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Recording is a line as a store of an earlier release kept it: the visitors by their tickets, and the moment of the store's
// clock at which it was recorded. It is read from a directory of testdata:
//
//	visitors.json  who joined, with the places that their tickets say
//	now.json       the moment
//	answers.json   what the release that recorded the line answers to Replay
//
// What the store kept lies beside them, in the form of that store.
type Recording struct {
	Dir      string
	Now      int64 // store milliseconds
	Visitors []queue.Place
}

// Timing is the timing of the rooms that were recorded.
func (r *Recording) Timing() queue.Timing {
	return queue.Timing{
		Absent: 10 * time.Minute, ClaimWindow: 6 * time.Second, Idle: 10 * time.Minute, TicketLife: 24 * time.Hour,
		Hold: 1200 * time.Millisecond, Grace: 2 * time.Second,
	}
}

// LoadRecording reads a recording.
func LoadRecording(tb testing.TB, dir string) *Recording {
	tb.Helper()
	r := &Recording{Dir: dir}
	var visitors []struct {
		Visitor       string
		Epoch, Number uint64
	}
	r.read(tb, "now.json", &r.Now)
	r.read(tb, "visitors.json", &visitors)
	for _, v := range visitors {
		id, err := queue.ParseVisitorID(v.Visitor)
		if err != nil {
			tb.Fatal(err)
		}
		r.Visitors = append(r.Visitors, queue.Place{Visitor: id, Epoch: v.Epoch, Number: v.Number})
	}
	return r
}

func (r *Recording) read(tb testing.TB, name string, to any) {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(r.Dir, name))
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// answers are what a store says about a recorded line, in words that no release changes: names and units are those of the
// specification of queue.Store on the day of the first recording.
type answers struct {
	Line     lineAnswer   `json:"line"`
	Visitors []placeState `json:"visitors"` // to Keep, in the order in which they joined
	Claims   []placeState `json:"claims"`   // of those who are called, or were
	Renewals []placeState `json:"renewals"` // of those inside, an hour's cap
	Newcomer placeState   `json:"newcomer"`
	Called   []uint64     `json:"called"` // numbers, by the next three calls
}

type lineAnswer struct {
	Epoch      uint64   `json:"epoch"`
	Last       uint64   `json:"last"`
	Head       uint64   `json:"head"`
	HeadNumber uint64   `json:"head_number"`
	Waiting    int64    `json:"waiting"`
	Front      int64    `json:"front"`
	Calls      int64    `json:"calls"`
	Inside     int64    `json:"inside"`
	Joined     int64    `json:"joined"`
	Called     int64    `json:"called"`
	Admitted   int64    `json:"admitted"`
	Finished   int64    `json:"finished"`
	Left       int64    `json:"left"`
	Orders     []uint64 `json:"orders"` // of the places in line
	Version    int64    `json:"version"`
	Mode       string   `json:"mode"`
	Rate       int64    `json:"rate"`
	MaxInside  int64    `json:"max_inside"`
	Burst      int64    `json:"burst"`
	Message    string   `json:"message"`
	ValuesHash string   `json:"values_hash"`
}

type placeState struct {
	Number uint64 `json:"number"`
	State  string `json:"state"`
	Until  int64  `json:"until,omitempty"` // store milliseconds
}

// Replay asks a store that was opened on a recorded line, with clock as its clock, for everything that a visitor can see
// of it, and compares the answers with those of the release that recorded it.
func Replay(t *testing.T, r *Recording, store queue.Store, clock *Clock) {
	t.Helper()
	got, err := json.MarshalIndent(r.ask(t, store, clock), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(r.Dir, "answers.json"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got)+"\n" != string(want) {
		t.Errorf("the line of %s is not the same. Now:\n%s\nThen:\n%s", r.Dir, got, want)
	}
}

func (r *Recording) ask(t *testing.T, store queue.Store, clock *Clock) *answers {
	t.Helper()
	ctx := t.Context()
	check := func(what string, err error) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	snapshot, err := store.Snapshot(ctx)
	check("snapshot", err)
	a := &answers{Line: lineOf(&snapshot)}
	var beats []queue.Beat
	for _, p := range r.Visitors {
		beats = append(beats, queue.Beat{Place: p})
	}
	kept, err := store.Keep(ctx, beats)
	check("keep", err)
	a.Visitors = statesOf(r.Visitors, kept.Standings)
	var called, inside []queue.Place
	for i, s := range kept.Standings {
		switch s.State {
		case queue.StateCalled, queue.StateMissed:
			called = append(called, r.Visitors[i])
		case queue.StateInside:
			inside = append(inside, r.Visitors[i])
		}
	}
	claimed, err := store.Claim(ctx, called)
	check("claim", err)
	a.Claims = statesOf(called, claimed.Standings)
	var stays []queue.Stay
	for _, p := range inside {
		stays = append(stays, queue.Stay{Visitor: p.Visitor, Cap: r.Now + time.Hour.Milliseconds()})
	}
	renewed, err := store.Renew(ctx, stays)
	check("renew", err)
	a.Renewals = statesOf(inside, renewed.Standings)
	joined, err := store.Join(ctx, []queue.VisitorID{{1}})
	check("join", err)
	a.Newcomer = placeState{joined.Places[0].Place.Number, joined.Places[0].State.String(), joined.Places[0].Until}
	a.Called = r.callThree(t, store, clock, append(slices.Clone(r.Visitors), joined.Places[0].Place))
	return a
}

// callThree lets three more people be called and answers their numbers.
func (r *Recording) callThree(t *testing.T, store queue.Store, clock *Clock, all []queue.Place) (numbers []uint64) {
	t.Helper()
	ctx := t.Context()
	now, err := store.Snapshot(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := now.Control
	c.Mode, c.Pace = queue.ModeRun, queue.Pace{Rate: 6000, MaxInside: now.Inside + now.Calls + 3, Burst: 100}
	if _, err := store.Control(ctx, c); err != nil {
		t.Fatal(err)
	}
	clock.Step(2000) // past every hold
	if _, err := store.Advance(ctx, queue.Watermark{}); err != nil {
		t.Fatal(err)
	}
	var beats []queue.Beat
	for _, p := range all {
		beats = append(beats, queue.Beat{Place: p})
	}
	kept, err := store.Keep(ctx, beats)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range kept.Standings {
		if s.State == queue.StateCalled {
			numbers = append(numbers, all[i].Number)
		}
	}
	return numbers
}

func lineOf(s *queue.Snapshot) lineAnswer {
	l := lineAnswer{
		Epoch: s.Epoch, Last: s.Last, Head: uint64(s.Head), HeadNumber: s.HeadNum,
		Waiting: s.Waiting, Front: s.Front, Calls: s.Calls, Inside: s.Inside,
		Joined: s.Joined, Called: s.Called, Admitted: s.Admitted, Finished: s.Finished, Left: s.Left,
		Version: s.Control.Version, Mode: string(s.Control.Mode), Message: s.Control.Message, ValuesHash: s.Control.ValuesHash,
		Rate: s.Control.Pace.Rate, MaxInside: s.Control.Pace.MaxInside, Burst: s.Control.Pace.Burst,
	}
	for _, o := range s.Sketch.First {
		l.Orders = append(l.Orders, uint64(o))
	}
	return l
}

func statesOf(places []queue.Place, standings []queue.Standing) []placeState {
	all := make([]placeState, len(places))
	for i, p := range places {
		all[i] = placeState{p.Number, standings[i].State.String(), standings[i].Until}
	}
	return all
}

// CopyFiles copies files of testdata to a directory of the test, which only the test's user can read, under names with
// another beginning.
func CopyFiles(tb testing.TB, pattern, beginning string) {
	tb.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		tb.Fatalf("%s: %d files, %v", pattern, len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(beginning+filepath.Ext(file), data, 0o600)
		}
		if err != nil {
			tb.Fatal(fmt.Errorf("copy %s: %w", file, err))
		}
	}
}
