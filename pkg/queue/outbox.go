package queue

import (
	"context"
	"errors"
	"sync"
	"time"
)

// outbox collects heartbeats and renewals until they are sent in batches.
type outbox struct {
	mu    sync.Mutex
	beats []Beat
	stays []Stay            // with times of Room.Now
	taken int               // how many stays have been taken out
	place map[VisitorID]int // of a visitor's renewal in stays, plus taken
	later []Stay            // first requests after one that was told, in order; the last is told when touchEvery is over
	full  chan struct{}     // a batch is full
}

// outboxMax bounds what is kept while the store is slow. What does not fit is sent with a later poll.
const outboxMax = 100_000

// beat adds a heartbeat and reports whether there was room for it.
func (o *outbox) beat(b Beat) bool {
	o.mu.Lock()
	kept := len(o.beats) < outboxMax
	if kept {
		o.beats = append(o.beats, b)
	}
	ready := len(o.beats)%MaxBatch == 0
	o.mu.Unlock()
	o.signal(ready)
	return kept
}

// stay adds a renewal and reports whether there was room for it.
func (o *outbox) stay(c Stay) bool {
	kept, ready := o.keep(c)
	o.signal(ready)
	return kept
}

// keep keeps the latest renewal of each visitor. It wakes no sender, because a batch that just failed can wait.
func (o *outbox) keep(c Stay) (kept, ready bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at, known := o.place[c.Visitor]; known {
		if old := &o.stays[at-o.taken]; c.At >= old.At {
			*old = c
		}
		return true, false
	}
	if len(o.stays) >= outboxMax {
		return false, false
	}
	if o.place == nil {
		o.place = map[VisitorID]int{}
	}
	o.place[c.Visitor] = o.taken + len(o.stays)
	o.stays = append(o.stays, c)
	return true, len(o.stays)%MaxBatch == 0
}

func (o *outbox) signal(ready bool) {
	if !ready {
		return
	}
	select {
	case o.full <- struct{}{}:
	default:
	}
}

// takeBeats takes all heartbeats out.
func (o *outbox) takeBeats() []Beat {
	o.mu.Lock()
	defer o.mu.Unlock()
	beats := o.beats
	o.beats = nil
	return beats
}

// takeStays takes the oldest renewals out, at most n.
func (o *outbox) takeStays(n int) []Stay {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := o.stays[:min(n, len(o.stays))]
	for _, c := range out {
		delete(o.place, c.Visitor)
	}
	o.stays, o.taken = o.stays[len(out):], o.taken+len(out)
	if len(o.stays) == 0 {
		o.stays, o.place = nil, nil // frees the space that a crowd needed
	}
	return out
}

// pending is how many renewals are kept.
func (o *outbox) pending() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.stays)
}

// deliver sends what is in the outbox until ctx ends, and then what is left.
func (r *Room) deliver(ctx context.Context) {
	tick := time.NewTicker(r.cfg.Flush)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			r.tellTrails(true)
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.StoreTimeout)
			r.send(last)
			cancel()
			return
		case <-tick.C:
		case <-r.outbox.full:
		}
		r.send(ctx)
	}
}

// Flush sends what is in the outbox now.
func (r *Room) Flush(ctx context.Context) { r.send(ctx) }

// send sends ends, then renewals, then reminders of what was counted, then ends of closed stays, then heartbeats, in batches. Renewals come before heartbeats because the store counts
// stays by them. A renewal that fails while the store is away is kept: the visitor may make no further request before the stay
// would run out in the store, which would then call another place. Dropped heartbeats need no retry: the next poll sends
// them again.
func (r *Room) send(ctx context.Context) {
	if !r.view.Load().Known {
		return // nothing is told to a store whose room this process has not seen
	}
	r.tellTrails(false)
	err := r.sendEnds(ctx)
	if err == nil {
		err = r.renew(ctx)
	}
	if err == nil {
		err = r.remind(ctx)
	}
	if err == nil {
		err = r.endClosed(ctx)
	}
	beats := r.outbox.takeBeats()
	if err == nil {
		beats, _ = sendBatches(ctx, r, beats, r.keepBatch, r.kept)
	}
	for _, b := range beats {
		r.recent.unsent(b.Place.Visitor)
	}
	if len(beats) > 0 {
		r.cfg.OnBeatsDropped(len(beats))
	}
}

// keepBatch sends heartbeats: to a store that has lost the room not before the stays, because a place of somebody inside
// is no place any more. The orders of their places were computed by all draws that the watermark knows the seeds of.
func (r *Room) keepBatch(ctx context.Context, beats []Beat) (KeepReply, error) {
	r.rebuilding.RLock()
	defer r.rebuilding.RUnlock()
	return r.store.Keep(ctx, r.watermark.mapping(), beats)
}

// kept notes the store's answer to a heartbeat, at this process's time: after a step of the store's clock an answer by that
// clock might never count as fresh. A visitor that was reported away is reported present by its next poll, however soon that
// is; so is one of which the store cannot tell yet.
func (r *Room) kept(b Beat, s Standing) {
	if b.Away {
		r.recent.forget(b.Place.Visitor)
		return
	}
	r.noteBeat(b.Place.Visitor, r.because(b.Place.Visitor, r.here(noCode(s))))
}

// noteBeat notes where a place stands that a heartbeat told of, in this process's time.
func (r *Room) noteBeat(id VisitorID, s Standing) {
	if s.State == StateUnknown || s.State == StateLobby {
		r.recent.unsent(id)
		return
	}
	r.recent.answer(id, r.Now(), s)
}

// noCode is the standing of a place that the store has ended because others use its code: the store says Refused that once, and from
// then on that the ticket has ended.
func noCode(s Standing) Standing {
	if s.State == StateRefused {
		return Standing{State: StateSpent, Reason: s.Reason}
	}
	return s
}

// renew sends the renewals that are pending now, and keeps the batch that fails.
func (r *Room) renew(ctx context.Context) error {
	for n := r.outbox.pending(); n > 0; {
		batch := r.outbox.takeStays(min(n, MaxBatch))
		n -= len(batch)
		if len(batch) == 0 {
			return nil
		}
		left, err := sendBatches(ctx, r, batch, r.renewBatch, r.renewed)
		for _, c := range left {
			kept := false
			if errors.Is(err, ErrUnavailable) {
				kept, _ = r.outbox.keep(c)
			}
			if !kept {
				r.recent.unsent(c.Visitor)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// renewed notes the store's answer to a renewal.
func (r *Room) renewed(c Stay, s Standing) {
	r.recent.answer(c.Visitor, r.Now(), r.because(c.Visitor, r.here(s)))
	if s.State == StateSpent {
		r.stays.forget(c.Visitor)
	}
}

// renewBatch tells the store of requests of stays, in its time.
func (r *Room) renewBatch(ctx context.Context, stays []Stay) (KeepReply, error) {
	batch := make([]Stay, len(stays))
	for i, c := range stays {
		batch[i] = r.there(c)
	}
	return r.store.Renew(ctx, batch)
}

// sendBatches sends entries and returns those that were not sent, with the error.
func sendBatches[T any](ctx context.Context, r *Room, entries []T,
	verb func(context.Context, []T) (KeepReply, error), answer func(T, Standing),
) ([]T, error) {
	for len(entries) > 0 {
		batch := entries[:min(len(entries), MaxBatch)]
		var reply KeepReply
		err := r.retryLost(ctx, func(ctx context.Context) error {
			var err error
			reply, err = verb(ctx, batch)
			return err
		})
		if err != nil {
			if !errors.Is(err, ErrUnavailable) {
				r.cfg.OnEvent(Event{Kind: EventError, Err: err})
			}
			return entries, err
		}
		for i, s := range reply.Standings {
			answer(batch[i], s)
		}
		entries = entries[len(batch):]
	}
	return nil, nil
}
