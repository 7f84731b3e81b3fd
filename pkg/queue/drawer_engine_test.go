package queue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// drawer knows its seed once somebody has noted it.
type drawer struct {
	note string
	wait time.Duration
}

func (d *drawer) Draws(notes string, _ *queue.Document, _ *queue.Snapshot) string {
	if d.note != "" {
		return d.note
	}
	return notes
}

func (d *drawer) Seed(notes string, _ *queue.Draw) (seed [32]byte, known bool) {
	return seed32, notes != ""
}

func (d *drawer) Wait(string, string) time.Duration { return d.wait }

// The seed is put in force when its time has come and it follows from the notes in the document, in one tick with these.
func TestASeedIsRevealedAtItsTimeFromTheNotes(t *testing.T) {
	for name, tt := range map[string]struct {
		noted, wait, after time.Duration
	}{
		"known before its time": {2 * time.Second, 13 * time.Second, 13 * time.Second},
		"known after its time":  {20 * time.Second, 13 * time.Second, 20 * time.Second},
		"known at once":         {-30 * time.Second, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := &drawer{wait: tt.wait}
			var events []queue.EventKind
			e := early(t, time.Minute, true, queue.RoomConfig{Drawer: d, OnEvent: func(ev queue.Event) { events = append(events, ev.Kind) }})
			lobby := e.comeEarly(10)
			e.until(time.Minute + tt.noted)
			d.note = `"noted"`
			e.until(time.Minute + tt.after - 250*time.Millisecond)
			if f := e.room.View().Snapshot; f.Opening.Phase == queue.PhaseOpen {
				t.Fatal("the seed is in force before its time")
			}
			if a := e.poll(lobby[0], -1); tt.noted > 0 && tt.noted < tt.wait && (a.State != queue.StateLobby || a.Next > 2300*time.Millisecond) {
				t.Errorf("just before the seed: %+v", a)
			}
			e.pass(750 * time.Millisecond)
			f := e.room.View().Snapshot
			if f.Opening.Phase != queue.PhaseOpen || f.Opening.Draws[0].Seed != seed32 || f.Document.Draws() != d.note {
				t.Errorf("after its time: %v, %+v, %q", f.Opening.Phase, f.Opening.Draws, f.Document.Draws())
			}
			if !slices.Contains(events, queue.EventDrawn) {
				t.Errorf("events: %v", events)
			}
		})
	}
}

// Pages of a lobby ask when the seed comes: at the start if nothing is waited for, later if it is.
func TestPagesOfALobbyAskWhenTheSeedComes(t *testing.T) {
	for _, wait := range []time.Duration{0, 8 * time.Second} {
		e := early(t, time.Minute, true, queue.RoomConfig{Drawer: &drawer{wait: wait}, PollMax: 30 * time.Second})
		lobby := e.comeEarly(10)
		e.until(56 * time.Second)
		for range 50 {
			next := e.poll(lobby[0], -1).Next
			if low := 4*time.Second + wait; next < low || next > low+2100*time.Millisecond {
				t.Fatalf("the seed comes in %v, the page asks in %v", low, next)
			}
		}
	}
}

// While a seed is far away people ask no more often than they do in a lobby, and whoever does learns in time when it comes.
func TestPagesAskInTheirIntervalWhileTheSeedIsFar(t *testing.T) {
	const far, most = 10 * time.Minute, 30 * time.Second
	d := &drawer{wait: far}
	long := simple()
	long.Window = 10 * time.Minute
	e := early(t, time.Minute, true, queue.RoomConfig{Drawer: d, PollMax: most, Document: queue.Document{Timing: long}})
	lobby := e.comeEarly(200)
	asks := func(low, high time.Duration) {
		t.Helper()
		for _, ticket := range lobby {
			if next := e.poll(ticket, -1).Next; next < low || next > high {
				t.Fatalf("at %v the page asks in %v, want %v to %v", time.Duration(e.now.Load()-engineStart)*time.Millisecond, next, low, high)
			}
		}
	}
	e.until(56 * time.Second)
	asks(4*time.Second, 6100*time.Millisecond) // at the start it reads that the seed is awaited
	e.until(61 * time.Second)
	asks(most*4/5, most*6/5)
	e.until(5 * time.Minute)
	asks(most*4/5, most*6/5)
	d.wait = 4*time.Minute + 40*time.Second // the notes bring it forward
	d.note = `"noted"`
	e.pass(time.Second)
	asks(most*4/5, most*6/5) // and so everybody knows in time
	e.until(5*time.Minute + 30*time.Second)
	asks(10*time.Second, 12100*time.Millisecond)
	e.pass(10*time.Second + 500*time.Millisecond)
	if f := e.room.View().Snapshot; f.Opening.Phase != queue.PhaseOpen {
		t.Errorf("the seed is not in force: %v", f.Opening.Phase)
	}
}

// Notes that do not fit into the settings are said once, and left out.
func TestNotesThatDoNotFitAreSaidOnce(t *testing.T) {
	var faults []error
	d := &drawer{note: `"` + strings.Repeat("x", queue.MaxSettings) + `"`}
	e := early(t, time.Minute, true, queue.RoomConfig{Drawer: d, OnEvent: func(ev queue.Event) {
		if ev.Kind == queue.EventError {
			faults = append(faults, ev.Err)
		}
	}})
	e.pass(5 * time.Second)
	doc := e.document()
	if len(faults) != 1 || doc.Draws() != "" {
		t.Errorf("%v, %q", faults, doc.Draws())
	}
}
