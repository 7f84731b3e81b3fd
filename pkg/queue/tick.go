package queue

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Run keeps the room going until ctx ends: it advances the line and sends heartbeats. Before it returns it sends the
// heartbeats that are pending. Call it once.
func (r *Room) Run(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.deliver(ctx)
	}()
	tick := time.NewTicker(r.cfg.Tick)
	defer tick.Stop()
	for {
		r.Tick(ctx)
		select {
		case <-ctx.Done():
			<-done
			return nil
		case <-tick.C:
		}
	}
}

// Tick advances the line once, takes the new snapshot and runs the controllers. Run calls it at every interval; a program
// calls it once before Run, so that it knows the room before it serves.
func (r *Room) Tick(ctx context.Context) {
	began := r.localNow()
	f, err := r.advance(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		r.missed(began, err)
		return
	}
	r.steer(ctx, f.Control)
	now := r.localNow()
	r.slew(f.Now-(began+now)/2, now)
	old := r.view.Load()
	if old.Stale != 0 {
		// What was not sent while the store was away must be sent now.
		r.unlearn()
		r.local.reset()
		r.advancing.worked()
		r.cfg.OnEvent(Event{Kind: EventStoreUp})
	}
	v := &View{Snapshot: f, At: now, Known: true, Flow: r.outbox.flow.add(f)}
	v.keepSketch(old)
	v.blindUntil = r.blindUntil(old, v)
	r.view.Store(v)
	for _, id := range f.Ended {
		r.over(id)
	}
	r.stays.sweep(r.Now(), r.cfg.Timing.Idle.Milliseconds())
	r.cfg.OnSnapshot(&v.Snapshot)
}

// keepSketch keeps the sketch from before a loss while places are still coming back. By the store's own sketch, pages would
// show a figure that is too low, and correct it a moment later.
func (v *View) keepSketch(old *View) {
	rebuilt := old.Rebuilding || old.Known && v.Snapshot.Epoch != old.Snapshot.Epoch
	if !rebuilt || v.Snapshot.Now >= v.Snapshot.Hold {
		return
	}
	v.Rebuilding = true
	end := v.Snapshot.Sketch.End
	v.Snapshot.Sketch = old.Snapshot.Sketch
	v.Snapshot.Sketch.End = max(end, v.Snapshot.Sketch.End)
}

// blind reports whether it is unknown how many places are ahead: there was no snapshot yet, or places may be coming back to a
// line that this process did not know before.
func (v *View) blind() bool { return !v.Known || v.Snapshot.Now < v.blindUntil }

// blindUntil is until when places may be coming back to a line that this process did not know before the loss: until every
// ticket has had one poll interval since the line began, and for as long as the hold lasts; 0: none do. Where the store gave no
// answer meanwhile no place could come back: the interval begins with the first snapshot after that.
func (r *Room) blindUntil(old, v *View) int64 {
	restored := r.restored.Swap(false)
	if v.Rebuilding || !old.blind() || r.cfg.FirstStart && !old.Known {
		return 0
	}
	interval := r.cfg.Timing.Hold.Milliseconds()
	until := max(old.blindUntil, v.Snapshot.Hold, v.Snapshot.Born+interval)
	if restored || old.Known && old.Stale != 0 {
		until = max(until, v.Snapshot.Now+interval)
	}
	return until
}

// advance asks for the next snapshot, and rebuilds a line that was lost.
func (r *Room) advance(ctx context.Context) (Snapshot, error) {
	var f Snapshot
	err := r.retryLost(ctx, func(ctx context.Context) error {
		var err error
		f, err = r.store.Advance(ctx, r.watermark.get())
		return err
	})
	if err != nil {
		return f, err
	}
	if r.watermark.snapshot(&f) {
		// The line was rebuilt. Send the store the watermark of the old line before adopting the new one.
		if err := r.restoreMarks(ctx, r.watermark.get()); err != nil {
			return f, err
		}
		r.watermark.adopt(&f)
	}
	return f, nil
}

// rebuild gives a store that lost the room everything this process remembers.
func (r *Room) rebuild(ctx context.Context, cause error) error {
	m := r.watermark.get()
	if err := r.restoreMarks(ctx, m); err != nil {
		return err
	}
	if m.Epoch != 0 {
		r.cfg.OnEvent(Event{Kind: EventLost, Err: cause})
	}
	return nil
}

// restoreMarks restores the watermark and queues the known stays. Places come back with their tickets: every visitor's next
// poll sends a heartbeat.
func (r *Room) restoreMarks(ctx context.Context, m Watermark) error {
	if err := r.store.Restore(ctx, m); err != nil {
		return fmt.Errorf("rebuild the line: %w", err)
	}
	r.restored.Store(true)
	r.unlearn()
	r.recall()
	return nil
}

// missed keeps the last snapshot and marks it as stale.
func (r *Room) missed(now int64, err error) {
	v := *r.view.Load()
	report := r.advancing.failed(err)
	if v.Stale == 0 {
		v.Stale = now
		r.view.Store(&v)
		if v.Known {
			r.local.begin(now, &v.Snapshot, r.watermark.get().Control)
		}
		r.cfg.OnEvent(Event{Kind: EventStoreDown, Err: err})
	} else if report && !errors.Is(err, ErrUnavailable) {
		r.cfg.OnEvent(Event{Kind: EventError, Err: err})
	}
}

// slew moves the offset to the store's clock towards target: at once for the first snapshot, then by at most a tenth
// of the time since the last one.
func (r *Room) slew(target, now int64) {
	v := r.view.Load()
	if !v.Known {
		r.offset.Store(target)
		return
	}
	step := max(1, (now-v.At)/10)
	at := r.offset.Load()
	at += min(step, max(-step, target-at))
	r.offset.Store(at)
	rest := target - at
	if rest > -minJump && rest < minJump {
		rest = 0 // caused by a slow answer or the drift of two clocks
	}
	r.skew.Store(rest)
}

// minJump is how far off the store's clock must be to have jumped, in ms.
const minJump = 1000

// down reports whether the store has not answered this process's last tick.
func (r *Room) down() bool { return r.view.Load().Stale != 0 }
