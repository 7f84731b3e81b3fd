package history

import (
	"context"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// lookEvery is how often a room is looked at: a peak of a second is seen.
const lookEvery = time.Second

// Recorder looks at a room.
type Recorder struct {
	Ring *Ring
	// View is the room's, Now the store's time in Unix milliseconds as the room follows it.
	View func() *queue.View
	Now  func() int64
}

// Look notes what the room does now.
func (r *Recorder) Look() { r.Ring.Note(r.Now(), FiguresOf(r.View())) }

// Run looks again and again until ctx ends.
func (r *Recorder) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		r.Look()
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
