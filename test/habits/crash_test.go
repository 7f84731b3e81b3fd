package habits

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// crashes is how many there are in a row.
const crashes = 60

// mostSkipped is how many numbers one crash may cost while few come: what a gateway reserves in advance, doubled.
const mostSkipped = 2000

// patient waits, presses when its page says so, and is at the site for a moment.
func patient() habit {
	return habit{press: countdown, visit: func(*world) []int64 { return []int64{second} }, finishes: true}
}

// series is a line over any number of crashes.
type series struct {
	w       *world
	t       *testing.T
	seen    int    // of w.given
	highest uint64 // number
	crashes uint64 // since a number was given
	given   map[[2]uint64]bool
}

func newSeries(t *testing.T, s settings) *series {
	s.paused, s.pace = true, queue.Pace{Rate: 1200, Burst: 20}
	c := &series{w: newWorld(t, s), t: t, given: map[[2]uint64]bool{}}
	c.w.spread(30, 10*second, func() { c.w.arrive(patient()) })
	c.w.run(40 * second)
	c.check()
	return c
}

// check holds the numbers that were given since the last check to those from before.
func (c *series) check() {
	c.t.Helper()
	came := c.w.given[c.seen:]
	bound := c.highest + c.crashes*mostSkipped + 2*uint64(len(came))
	for _, p := range came {
		place := [2]uint64{p.place.Epoch, p.place.Number}
		if c.given[place] {
			c.t.Errorf("number %d of epoch %d was given twice", place[1], place[0])
		}
		c.given[place] = true
		if p.place.Number > bound {
			c.t.Errorf("number %d is given after %d crashes and %d arrivals, up to %d may be", p.place.Number, c.crashes, len(came), bound)
		}
		c.highest = max(c.highest, p.place.Number)
	}
	if c.seen = len(c.w.given); len(came) > 0 {
		c.crashes = 0
	}
	c.crashes++ // the next one follows
}

// goIn opens the room: calls begin once the hold after a loss is over, and everybody comes in with the place of before.
func (c *series) goIn() {
	c.t.Helper()
	w := c.w
	c.check()
	w.open()
	called := w.snapshot().Called
	w.run(w.timing.Hold.Milliseconds() + second)
	if w.snapshot().Called == called {
		c.t.Errorf("nobody was called within the hold of %v", w.timing.Hold)
	}
	w.run(3 * minute)
	for _, p := range w.people {
		if p.entered == 0 {
			c.t.Errorf("number %d of epoch %d, which came at %d, is not in: %q", p.place.Number, p.place.Epoch, p.came, p.lost)
		}
	}
	c.t.Logf("%d people, the highest number is %d", len(w.people), c.highest)
}

// kill ends gateway and store and starts them again from a directory.
func (w *world) kill(from string) {
	w.tb.Helper()
	files := filepath.Join(w.tb.TempDir(), "state")
	if err := os.CopyFS(files, os.DirFS(from)); err != nil {
		w.tb.Fatal(err)
	}
	old := w.store.Store
	w.files = files
	w.begin()
	// It would have ended. What it writes now nobody reads.
	if err := old.Close(); err != nil {
		w.tb.Fatal(err)
	}
	for i := range w.rooms {
		w.rooms[i] = w.gateway(i, queue.Document{Version: 1, Pace: queue.Pace{Mode: queue.ModePause, Rate: 1200, Burst: 20}})
		w.rooms[i].Tick(w.ctx())
	}
}

// stop ends the store in good order, keeps a copy of what it leaves, and starts it again.
func (w *world) stop() (backup string) {
	w.tb.Helper()
	if err := w.store.Close(); err != nil {
		w.tb.Fatal(err)
	}
	backup = w.copied()
	w.begin()
	return backup
}

// copied is a copy of the state as it is on the disk now.
func (w *world) copied() string {
	w.tb.Helper()
	backup := filepath.Join(w.tb.TempDir(), "backup")
	if err := os.CopyFS(backup, os.DirFS(w.files)); err != nil {
		w.tb.Fatal(err)
	}
	return backup
}

func TestALineOutlivesCrashesInARow(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds(7901) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			c := newSeries(t, settings{seed: seed, files: t.TempDir()})
			w := c.w
			backups := []string{w.stop(), w.copied()}
			wrong := w.random.IntN(crashes)
			for i := range crashes {
				w.spread(w.random.IntN(5), 3*second, func() { w.arrive(patient()) })
				if w.random.IntN(3) == 0 {
					w.in(second, func() { backups = append(backups, w.stop()) })
				}
				w.run(w.between(3, 8) * second)
				from := w.files
				if w.random.IntN(4) == 0 {
					from = backups[w.random.IntN(len(backups))]
				}
				if w.ahead = 0; i == wrong {
					w.ahead = hour // the clock is an hour ahead at one start
				}
				c.check()
				w.kill(from)
				backups = append(backups, w.copied())
			}
			w.ahead = 0
			w.kill(w.files)
			c.goIn()
		})
	}
}

func TestALineOutlivesAStoreThatLosesEverythingEachSecond(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds(8001) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			c := newSeries(t, settings{seed: seed, gateways: 3})
			w := c.w
			for range crashes {
				w.spread(w.random.IntN(5), second, func() { w.arrive(patient()) })
				w.run(second)
				c.check()
				old := w.store.Store
				w.begin()
				if err := old.Close(); err != nil {
					t.Fatal(err)
				}
			}
			w.run(5 * second)
			c.goIn()
		})
	}
}
