package habits

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/loadtest/capacity"
	"github.com/einlass/einlass/pkg/queue"
)

// crashes is how many there are in a row.
const crashes = 60

// mostSkipped is how many numbers each end of a store may cost while few come, in good order or not: either the state file has
// reserved them, or the watermark of a gateway that lives on. Nothing in a directory tells the gateway that it is the newest one.
const mostSkipped = 1000

// patient waits, presses when its page says so, and is at the site for a moment.
func patient() capacity.Habit {
	return capacity.Habit{Press: capacity.Countdown, Visit: func(capacity.Dice) []int64 { return []int64{second} }, Finishes: true}
}

// lineToBe is a line before its opening.
func lineToBe(t *testing.T, s capacity.Settings) *world {
	s.Paused, s.Pace = true, queue.Pace{Rate: 1200, Burst: 20}
	w := newWorld(t, s)
	w.Spread(30, 10*second, func() { w.Arrive(patient()) })
	w.Run(40 * second)
	return w
}

// checkNumbers holds each number to those that were given before it. An end may cost its share a moment late: a gateway that
// has not noticed it yet gives a number of the new epoch, and restores its watermark at the next tick.
func (w *world) checkNumbers() (highest uint64) {
	w.tb.Helper()
	given := map[[2]uint64]bool{}
	starts := 1 // when the highest was given
	for i, p := range w.Given {
		place := [2]uint64{p.Place.Epoch, p.Place.Number}
		if given[place] {
			w.tb.Errorf("number %d of epoch %d was given twice", place[1], place[0])
		}
		given[place] = true
		step := highest + uint64(p.Start-starts+1)*mostSkipped + 1
		all := uint64(p.Start-1)*mostSkipped + uint64(i) + 1
		if p.Place.Number > min(step, all) {
			w.tb.Errorf("number %d is the %dth, of start %d, after %d of start %d: up to %d may be", p.Place.Number, i+1, p.Start,
				highest, starts, min(step, all))
		}
		if p.Place.Number > highest {
			highest, starts = p.Place.Number, p.Start
		}
	}
	return highest
}

// goIn opens the room: calls begin once the hold after a loss is over, and everybody comes in with the place of before.
func (w *world) goIn() {
	w.tb.Helper()
	highest := w.checkNumbers()
	w.Open()
	called := w.Snapshot().Called
	w.Run(w.Timing.Hold.Milliseconds() + second)
	if w.Snapshot().Called == called {
		w.tb.Errorf("nobody was called within the hold of %v", w.Timing.Hold)
	}
	w.Run(3 * minute)
	for _, p := range w.People {
		if p.Entered == 0 {
			w.tb.Errorf("number %d of epoch %d, which came at %d, is not in: %q", p.Place.Number, p.Place.Epoch, p.Came, p.Lost)
		}
	}
	w.tb.Logf("%d people, the highest number is %d", len(w.People), highest)
}

// kill ends gateway and store and starts them again from a directory.
func (w *world) kill(from string) {
	w.tb.Helper()
	files := filepath.Join(w.tb.TempDir(), "state")
	if err := os.CopyFS(files, os.DirFS(from)); err != nil {
		w.tb.Fatal(err)
	}
	old := w.Store.Store
	w.Files = files
	w.begin()
	// It would have ended. What it writes now nobody reads.
	if err := old.Close(); err != nil {
		w.tb.Fatal(err)
	}
	for i := range w.Rooms {
		r, err := w.Gateway(i, queue.Document{Version: 1, Pace: queue.Pace{Mode: queue.ModePause, Rate: 1200, Burst: 20}})
		if err != nil {
			w.tb.Fatal(err)
		}
		w.Rooms[i] = r
		w.Rooms[i].Tick(w.tb.Context())
	}
}

// stop ends the store in good order, keeps a copy of what it leaves, and starts it again.
func (w *world) stop() (backup string) {
	w.tb.Helper()
	if err := w.Store.Close(); err != nil {
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
	if err := os.CopyFS(backup, os.DirFS(w.Files)); err != nil {
		w.tb.Fatal(err)
	}
	return backup
}

func TestALineOutlivesCrashesInARow(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds(7901) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := lineToBe(t, capacity.Settings{Seed: seed, Files: t.TempDir()})
			backups := []string{w.stop(), w.copied()}
			wrong := w.IntN(crashes)
			for i := range crashes {
				w.Spread(w.IntN(5), 3*second, func() { w.Arrive(patient()) })
				if w.IntN(3) == 0 {
					w.In(second, func() { backups = append(backups, w.stop()) })
				}
				w.Run(w.Between(3, 8) * second)
				from := w.Files
				if w.IntN(4) == 0 {
					from = backups[w.IntN(len(backups))]
				}
				if w.Ahead = 0; i == wrong {
					w.Ahead = hour // the clock is an hour ahead at one start
				}
				w.kill(from)
				backups = append(backups, w.copied())
			}
			w.Ahead = 0
			w.kill(w.Files)
			w.goIn()
		})
	}
}

func TestALineOutlivesAStoreThatLosesEverythingEachSecond(t *testing.T) {
	t.Parallel()
	for _, seed := range seeds(8001) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := lineToBe(t, capacity.Settings{Seed: seed, Gateways: 3})
			for range crashes {
				w.Spread(w.IntN(5), second, func() { w.Arrive(patient()) })
				w.Run(second)
				old := w.Store.Store
				w.begin()
				if err := old.Close(); err != nil {
					t.Fatal(err)
				}
			}
			w.Run(5 * second)
			w.goIn()
		})
	}
}
