package queue_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestARunningRoomTakesANewConfiguration(t *testing.T) {
	cfg := queue.RoomConfig{Document: controls(queue.ModeRun, 60, ""), ConfigHash: "a", PollMin: 2 * time.Second, PollMax: 15 * time.Second}
	e := newEngine(t, cfg)
	e.arrive(30)
	p := e.arrive(1)[0]
	e.pass(time.Second)
	e.set(func(c *queue.Document) { c.Pace.Mode = queue.ModePause })
	cfg.Document, cfg.ConfigHash = controls(queue.ModeRun, 120, "Neu"), "b"
	cfg.PollMin, cfg.PollMax, cfg.OnFailure = 5*time.Second, 6*time.Second, queue.FailOpen
	cfg.Document.Timing.Hold, cfg.Document.Timing.Window = 8*time.Second, 90*time.Second
	if err := e.room.Reconfigure(cfg); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if next := e.room.Poll(p, -1).Next; next < 4*time.Second || next > 7200*time.Millisecond {
			t.Fatalf("asked to come again in %v, the bounds are 5s and 6s", next)
		}
	}
	e.pass(time.Second)
	if c := e.document(); c.Pace.Mode != queue.ModePause || c.Pace.Rate != 120 || c.Message() != "Neu" {
		t.Errorf("%+v", c)
	}
	if a := e.room.Poll(p, -1); a.Message != "Neu" || !a.Paused {
		t.Errorf("a poll says %+v", a)
	}
	// The same configuration once more changes nothing.
	e.set(func(c *queue.Document) { c.Pace.Rate = 30 })
	if err := e.room.Reconfigure(cfg); err != nil {
		t.Fatal(err)
	}
	e.pass(time.Second)
	if c := e.document(); c.Pace.Rate != 30 {
		t.Errorf("%+v", c)
	}
	e.store.gone = true
	e.pass(time.Second)
	if j, err := e.room.Arrive(queue.Arrival{}); err != nil || j.State != queue.StateInside {
		t.Errorf("an arrival while the store is away: %v, %v", j.State, err)
	}
}

func TestARunningRoomRefusesWhatNoRoomAcceptsAndStaysAsItIs(t *testing.T) {
	good := queue.RoomConfig{Document: controls(queue.ModeRun, 60, ""), ConfigHash: "a"}
	e := newEngine(t, good)
	for name, change := range map[string]func(*queue.RoomConfig){
		"confirm": func(c *queue.RoomConfig) { c.Document.Timing.Confirm = c.Document.Timing.Absent },
		"life":    func(c *queue.RoomConfig) { c.Document.Timing.Life = time.Minute },
		"policy":  func(c *queue.RoomConfig) { c.OnFailure = "pray" },
		"polls":   func(c *queue.RoomConfig) { c.PollMin, c.PollMax = 9*time.Second, 8*time.Second },
		"rate":    func(c *queue.RoomConfig) { c.Document.Pace.Rate = -1 },
		"message": func(c *queue.RoomConfig) { c.Document.SetMessage(strings.Repeat("x", queue.MaxMessage+1)) },
		"hash":    func(c *queue.RoomConfig) { c.ConfigHash = string(make([]byte, 65)) },
	} {
		cfg := good
		cfg.Document.SetMessage("Neu")
		cfg.ConfigHash = "b"
		change(&cfg)
		if err := e.room.Accepts(cfg); !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if err := e.room.Reconfigure(cfg); !errors.Is(err, queue.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		e.pass(500 * time.Millisecond)
		if d := e.document(); d.Version != 1 || d.Message() != "" {
			t.Fatalf("%s: refused, and the document is %+v", name, d)
		}
	}
}

// What is wrong with a document is found before a store sees it, and what a store never reads too.
func TestAnOperatorsChangeThatIsNotValidChangesNothing(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: controls(queue.ModeRun, 60, "")})
	for name, change := range map[string]func(*queue.Document){
		"rate":     func(d *queue.Document) { d.Pace.Rate = -1 },
		"message":  func(d *queue.Document) { d.SetMessage(strings.Repeat("x", queue.MaxMessage+1)) },
		"settings": func(d *queue.Document) { d.Settings = "{" },
	} {
		_, err := e.room.Update(t.Context(), func(d *queue.Document) error { change(d); return nil })
		if d := e.document(); !errors.Is(err, queue.ErrInvalid) || d.Version != 1 {
			t.Errorf("%s: %v, version %d", name, err, d.Version)
		}
	}
}

func TestARoomCanBeReconfiguredWhileItTicks(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: controls(queue.ModeRun, 60, ""), ConfigHash: "0"})
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for n := range 50 {
				cfg := queue.RoomConfig{Document: controls(queue.ModeRun, int64(1000*g+n), "")}
				if err := e.room.Reconfigure(cfg); err != nil {
					t.Error(err)
				}
			}
		})
	}
	e.pass(5 * time.Second)
	all.Wait()
	last := queue.RoomConfig{Document: controls(queue.ModeRun, 77, "")}
	if err := e.room.Reconfigure(last); err != nil {
		t.Fatal(err)
	}
	e.pass(time.Second)
	if c := e.document(); c.Pace.Rate != 77 {
		t.Errorf("%+v", c)
	}
}

// The timing is part of the document: an edit of the file is in force with the next snapshot, at all gateways.
func TestTheTimingChangesWhileTheRoomRuns(t *testing.T) {
	cfg := queue.RoomConfig{Document: controls(queue.ModePause, 60, ""), ConfigHash: "a", PollMax: 40 * time.Second}
	e := newEngine(t, cfg)
	b := e.beside("b", queue.FailHold)
	p := e.arrive(1)[0]
	e.pass(time.Second)
	cfg.Document.Timing.Window, cfg.Document.Timing.Absent, cfg.Document.Timing.Confirm = 6*time.Second, 20*time.Second, 5*time.Second
	cfg.ConfigHash = "b"
	if err := e.room.Reconfigure(cfg); err != nil {
		t.Fatal(err)
	}
	e.pass(500 * time.Millisecond)
	b.Tick(t.Context())
	if d := e.document(); d.Timing != cfg.Document.Timing {
		t.Fatalf("%+v", d.Timing)
	}
	l := newLedger(e.store.Store, 0)
	e.store.Store = l
	for name, room := range map[string]*queue.Room{"here": e.room, "at the other gateway": b} {
		if a := room.Poll(p, -1); a.Next > 2400*time.Millisecond { // two polls in the window
			t.Errorf("%s: asks again in %v, the window is 6 s", name, a.Next)
		}
	}
	e.pass(4 * time.Second)
	before := l.beats[p.Visitor]
	e.room.Poll(p, -1)
	e.pass(5 * time.Second)
	e.room.Poll(p, -1)
	e.pass(time.Second)
	if n := l.beats[p.Visitor] - before; n < 1 {
		t.Errorf("%d heartbeats in ten seconds, a place is absent after 20", n)
	}
}
