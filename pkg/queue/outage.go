package queue

import (
	"context"
	"errors"
)

// quiet is for how long no process has reached the store, in ms, if it was away from all of them.
const quiet = 1000

// hearAgain holds the line for a poll interval if the store was away from all processes while a start, or a loss, held it: those who asked
// meanwhile were not heard, and the first tick would call whoever is in the line and pass them over. It is called before the first tick
// that may reach the store again.
func (r *Room) hearAgain(ctx context.Context) error {
	var f Snapshot
	err := r.call(ctx, func(ctx context.Context) (err error) {
		f, err = r.store.Snapshot(ctx)
		return err
	})
	switch {
	case errors.Is(err, ErrLost):
		return nil // the tick finds that out, and what it restores holds the line
	case err != nil:
		return err
	case f.Opening.Phase != PhaseOpen || f.Tick >= f.Hold || f.Now-f.Tick < quiet:
		return nil
	}
	r.watermark.hold(f.Now + f.Document.Timing.Hold.Milliseconds())
	return r.restore(ctx)
}

// hold remembers until when the line is to be held.
func (k *watermark) hold(until int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.m.Hold = max(k.m.Hold, until)
}
