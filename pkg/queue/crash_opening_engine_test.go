package queue_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// crasher is a gateway with the embedded store that is killed again and again, on a machine whose clock may be another one then.
type crasher struct {
	t      *testing.T
	cfg    queue.RoomConfig
	now    atomic.Int64
	path   string
	runs   int
	store  *memstore.Store
	room   *queue.Room
	phases []string // each that was seen, one after the other
}

func newCrasher(t *testing.T, cfg queue.RoomConfig) *crasher {
	t.Helper()
	c := &crasher{t: t, cfg: cfg, path: filepath.Join(t.TempDir(), "room 0")}
	c.now.Store(engineStart)
	c.cfg.Visitors, c.cfg.Clock = 1024, func() time.Time { return time.UnixMilli(c.now.Load()) }
	c.cfg.OnEvent = func(e queue.Event) {
		if e.Kind == queue.EventError {
			t.Errorf("%v", e.Err)
		}
	}
	c.begin()
	t.Cleanup(func() { _ = c.store.Close() })
	return c
}

func (c *crasher) begin() {
	c.t.Helper()
	var err error
	c.store, err = memstore.New(memstore.Config{Clock: c.now.Load, Files: &memstore.Files{
		Path: c.path, Every: time.Hour, PlacesEvery: time.Hour, Report: func(err error) { c.t.Errorf("files: %v", err) },
	}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.cfg.FirstStart = c.runs == 0
	if c.room, err = queue.NewRoom(c.store, c.cfg); err != nil {
		c.t.Fatal(err)
	}
	c.room.Tick(c.t.Context())
}

// crashes ends the process as it stands, and begins another one of what it has left, by a clock that has moved by so much.
func (c *crasher) crashes(by time.Duration) {
	c.t.Helper()
	c.runs++
	left := filepath.Join(c.t.TempDir(), fmt.Sprint("room ", c.runs))
	for _, ending := range []string{".marks", ".places"} {
		data, err := os.ReadFile(c.path + ending)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			c.t.Fatal(err)
		}
		if err := os.WriteFile(left+ending, data, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	_ = c.store.Close()
	c.path = left
	c.now.Add(by.Milliseconds())
	c.begin()
}

func (c *crasher) pass(d time.Duration) {
	for ; d > 0; d -= 250 * time.Millisecond {
		c.now.Add(250)
		c.room.Flush(c.t.Context())
		c.room.Tick(c.t.Context())
		if phase := c.room.View().Snapshot.Opening.Phase.String(); len(c.phases) == 0 || c.phases[len(c.phases)-1] != phase {
			c.phases = append(c.phases, phase)
		}
	}
}

// TestALineThatWasClosedEarlyIsClosedAfterACrashWhateverTheClock closes the line by hand while it is open, kills the gateway at some time
// after that, and once more, on a clock that is right, an hour ahead or an hour back: nobody gets a number, those in line keep theirs, and
// the opening goes on, with what it has booked.
func TestALineThatWasClosedEarlyIsClosedAfterACrashWhateverTheClock(t *testing.T) {
	for _, by := range []time.Duration{0, time.Hour, -time.Hour} {
		for _, after := range []time.Duration{0, 250 * time.Millisecond, 5 * time.Second} {
			if !everyCase && after != 250*time.Millisecond {
				continue
			}
			t.Run(fmt.Sprint(by, " after ", after), func(t *testing.T) {
				o := today(1, 2, 90)
				o.Quota = 500
				cfg := scheduled(o)
				cfg.Document.Pace, cfg.Document.Timing = runs(60, 1).Pace, simple()
				c := newCrasher(t, cfg)
				c.pass(90 * time.Second)
				_, _ = come(t, c.room, 3)
				c.pass(time.Minute)
				come(t, c.room, 20)
				if err := c.room.Report(t.Context(), queue.Outcome{Kind: queue.Booked, Count: 7, Ref: queue.Code{1}}); err != nil {
					t.Fatal(err)
				}
				if _, err := c.room.Update(t.Context(), func(d *queue.Document) error { d.SetDoor(queue.DoorClosed); return nil }); err != nil {
					t.Fatal(err)
				}
				c.pass(after)
				was := c.room.View().Snapshot
				for _, step := range []time.Duration{by, -by} {
					c.crashes(step)
					c.closed(step, &was)
					c.pass(2 * time.Minute)
					c.closed(step, &was)
				}
				if want := []string{"closed", "lobby", "open"}; !slices.Equal(c.phases, want) {
					t.Errorf("the room was %q, want %q", c.phases, want)
				}
			})
		}
	}
}

// closed holds a room whose line was closed early to that.
func (c *crasher) closed(step time.Duration, was *queue.Snapshot) {
	c.t.Helper()
	states, why := come(c.t, c.room, 2)
	if given(states) != 0 || why != queue.ReasonClosed {
		c.t.Errorf("%v: newcomers are %v, %v", step, states, why)
	}
	f := c.room.View().Snapshot
	if o := f.Opening; o.Cursor != was.Opening.Cursor || o.Booked < was.Opening.Booked || f.Document.DoorState() != queue.DoorClosed {
		c.t.Errorf("%v: step %d of %q, %d booked, the door is %s; before step %d, %d booked",
			step, o.Cursor, o.Name, o.Booked, f.Document.DoorState(), was.Opening.Cursor, was.Opening.Booked)
	}
}
