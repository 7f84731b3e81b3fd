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
	inForce := r.steer(ctx, f.Document)
	r.reveal(ctx, &f, &inForce)
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
	v := r.newView(&f, now, old)
	r.judgeTick(&f)
	r.view.Store(v)
	for _, id := range f.Ended {
		r.ended(id)
	}
	r.stays.sweep(r.Now(), r.timing().Idle.Milliseconds())
	r.cfg.OnSnapshot(&v.Snapshot)
}

// newView is what is known of the room by a snapshot and by the view before.
func (r *Room) newView(f *Snapshot, now int64, old *View) *View {
	v := &View{Snapshot: *f, At: now, Known: true, Wait: r.wait.add(f), plan: InOrder(f.Document.Plan), notice: old.notice}
	v.Start, v.Following, v.Schedule, v.Codes = v.start(), v.following(), old.Schedule, old.Codes
	v.staysFrom = old.staysFrom
	if !old.Known || old.Snapshot.Document.Settings != f.Document.Settings {
		v.notice, v.staysFrom = noticeOf(&f.Document), f.Document.StaysFrom()
		v.Schedule, v.Codes = f.Document.Schedule(), f.Document.Codes()
	}
	v.show(f.Now)
	v.seedWait = r.seedWait(v)
	v.endSketches()
	v.takeDraws(old)
	v.keepSketches(old)
	v.keepLobby(old)
	v.skipped = v.skips()
	r.doors.took(v, old)
	v.blindUntil = r.blindUntil(old, v)
	v.unsure = unsureUntil(old, v)
	v.Sales, v.Arriving = v.sales(old), r.arriving.add(f)
	v.Usage = r.usage.add(v, old, now, r.cfg.OnFailure == FailHold)
	r.wait.promise(v)
	return v
}

// endSketches says in the sketches of lanes without places, which the store leaves out, up to which number that holds: places
// that were given since are before each other.
func (v *View) endSketches() {
	for lane := range v.Snapshot.Sketches {
		if s := &v.Snapshot.Sketches[lane]; s.End == 0 {
			s.End = OrderOf(v.Snapshot.Epoch, v.Snapshot.Last)
		}
	}
}

// ended notes that a ticket has ended, for a reason that only the store knows unless this process has ended it.
func (r *Room) ended(id VisitorID) {
	if s, answered := r.recent.last(id); answered != 0 && s.State == StateSpent {
		return
	}
	r.over(id, r.watermark.acted(id))
}

// keepSketches keeps the sketches from before a loss while places are still coming back. By the store's own sketches, pages
// would show a figure that is too low, and correct it a moment later.
func (v *View) keepSketches(old *View) {
	rebuilt := old.Rebuilding || old.Known && v.Snapshot.Epoch != old.Snapshot.Epoch
	if !rebuilt || v.Snapshot.Now >= v.Snapshot.Hold {
		return
	}
	v.Rebuilding = true
	for lane := range v.Snapshot.Sketches {
		s := &v.Snapshot.Sketches[lane]
		end := s.End
		*s = old.Snapshot.Sketches[lane]
		s.End = max(end, s.End)
	}
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
	interval := v.Snapshot.Document.Timing.Hold.Milliseconds()
	until := max(old.blindUntil, v.Snapshot.Hold, v.Snapshot.Born+interval)
	if restored || old.Known && old.Stale != 0 {
		until = max(until, v.Snapshot.Now+interval)
	}
	return until
}

// advance asks for the next snapshot, and rebuilds a line that was lost.
func (r *Room) advance(ctx context.Context) (Snapshot, error) {
	var f Snapshot
	if v := r.view.Load(); v.Known && v.Stale != 0 {
		if err := r.hearAgain(ctx); err != nil {
			return f, err
		}
	}
	sample, verdict := r.toSend()
	ask := func(ctx context.Context) (err error) {
		f, err = r.store.Advance(ctx, r.watermark.get(), sample, verdict)
		return err
	}
	if err := r.retryLost(ctx, ask); err != nil {
		return f, err
	}
	r.judge.sent(&sample)
	if r.watermark.snapshot(&f) {
		// The line was rebuilt. Send the store the watermark of the old line before adopting the new one.
		if err := r.restore(ctx); err != nil {
			return f, err
		}
		if r.watermark.ahead(&f) {
			// The snapshot is from before: pages would see an opening go back, and the watermark would forget the step.
			if err := r.retryLost(ctx, ask); err != nil {
				return f, err
			}
		}
		r.watermark.adopt(&f)
	}
	return f, nil
}

// retryLost runs verb, and when the store has lost the room, rebuilds it and runs verb again. A store that
// loses it again and again is as one that is away.
func (r *Room) retryLost(ctx context.Context, verb func(context.Context) error) error {
	for tries := 0; ; tries++ {
		before := r.rebuilds.Load()
		err := r.call(ctx, verb)
		switch {
		case !errors.Is(err, ErrLost):
			return err
		case tries == lossTries:
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		if err := r.rebuild(ctx, before, err); err != nil {
			return err
		}
	}
}

// lossTries bounds how often one call rebuilds the room: it may be lost again meanwhile, or others of this process and of
// other gateways may rebuild it at the same time.
const lossTries = 3

// call runs one verb of the store, for no longer than it may take. A room that needs a newer release is to this one as if its
// store were away.
func (r *Room) call(ctx context.Context, verb func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.StoreTimeout)
	defer cancel()
	err := verb(ctx)
	if errors.Is(err, ErrFormat) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// rebuild gives a store that has lost the room everything that this process remembers, unless another call of this process has
// done so since before.
func (r *Room) rebuild(ctx context.Context, before uint64, cause error) error {
	r.rebuilding.Lock()
	defer r.rebuilding.Unlock()
	if r.rebuilds.Load() != before {
		return nil
	}
	if err := r.restoreLocked(ctx); err != nil {
		return err
	}
	if r.watermark.get().Epoch != 0 {
		r.cfg.OnEvent(Event{Kind: EventLost, Err: cause})
	}
	return nil
}

// restore gives a store whose room others have rebuilt what this process remembers.
func (r *Room) restore(ctx context.Context) error {
	r.rebuilding.Lock()
	defer r.rebuilding.Unlock()
	return r.restoreLocked(ctx)
}

// restoreLocked restores the watermark, of which all that this process has booked is a part, and the known stays, so that these count before
// a place is called or comes back. Places come back with their tickets: every visitor's next poll sends a heartbeat.
func (r *Room) restoreLocked(ctx context.Context) error {
	err := r.call(ctx, func(ctx context.Context) error { return r.store.Restore(ctx, r.watermark.get()) })
	if err == nil {
		r.restored.Store(true)
		r.unlearn()
		err = r.recall(ctx)
	}
	if err != nil {
		return fmt.Errorf("rebuild the line: %w", err)
	}
	r.watermark.owe()
	r.rebuilds.Add(1)
	return nil
}

// missed keeps the last snapshot and marks it as stale.
func (r *Room) missed(now int64, err error) {
	v := *r.view.Load()
	report := r.advancing.failed(err)
	if v.Stale != 0 && (v.Message != "" || v.Messages != nil) && v.notice.over(r.storeNow()) {
		v.show(r.storeNow())
		r.view.Store(&v)
	}
	if v.Stale == 0 {
		v.Stale = now
		r.view.Store(&v)
		if v.Known {
			m := r.watermark.get()
			r.local.begin(now, &v, &m.Document)
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

// up reports whether the store is to be asked: it has answered the last tick. Before the first snapshot it is not, because a
// store that began a room for a visitor's call would not have what this process is about to restore.
func (r *Room) up() bool { v := r.view.Load(); return v.Known && v.Stale == 0 }
