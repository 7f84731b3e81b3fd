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
	stays []Stay
	full  chan struct{} // a batch is full
	flow  flow          // only touched by Pulse
}

// outboxMax bounds what is kept while the store is slow. What does not fit is sent with a later poll.
const outboxMax = 100_000

func (o *outbox) beat(b Beat) {
	o.mu.Lock()
	if len(o.beats) < outboxMax {
		o.beats = append(o.beats, b)
	}
	ready := len(o.beats)%MaxBatch == 0
	o.mu.Unlock()
	o.signal(ready)
}

func (o *outbox) stay(s Stay) {
	o.mu.Lock()
	if len(o.stays) < outboxMax {
		o.stays = append(o.stays, s)
	}
	ready := len(o.stays)%MaxBatch == 0
	o.mu.Unlock()
	o.signal(ready)
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

// take empties the outbox.
func (o *outbox) take() ([]Beat, []Stay) {
	o.mu.Lock()
	defer o.mu.Unlock()
	beats, stays := o.beats, o.stays
	o.beats, o.stays = nil, nil
	return beats, stays
}

// deliver sends what is in the outbox until ctx ends, and then what is left.
func (r *Room) deliver(ctx context.Context) {
	tick := time.NewTicker(r.cfg.Flush)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
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

// send delivers the outbox in batches. Renewals go first: they decide who is inside. What fails while the store is
// away is dropped; when it is back, everybody's next poll sends it anew.
func (r *Room) send(ctx context.Context) {
	beats, stays := r.outbox.take()
	renew := func(ctx context.Context, s []Stay) (KeepReply, error) { return r.store.Renew(ctx, s) }
	ok := sendBatches(ctx, r, stays, renew, func(s Stay) VisitorID { return s.Visitor })
	if ok {
		sendBatches(ctx, r, beats, r.store.Keep, func(b Beat) VisitorID { return b.Place.Visitor })
	}
}

func sendBatches[T any](ctx context.Context, r *Room, entries []T,
	verb func(context.Context, []T) (KeepReply, error), visitor func(T) VisitorID,
) bool {
	for len(entries) > 0 {
		n := min(len(entries), MaxBatch)
		batch := entries[:n]
		entries = entries[n:]
		var reply KeepReply
		err := r.retryLost(ctx, func(ctx context.Context) error {
			var err error
			reply, err = verb(ctx, batch)
			return err
		})
		if err != nil {
			r.recent.clear()
			if !errors.Is(err, ErrUnavailable) {
				r.cfg.OnEvent(Event{Kind: EventError, Err: err})
			}
			return false
		}
		for i, s := range reply.Standings {
			r.recent.answer(visitor(batch[i]), reply.Now, s)
		}
	}
	return true
}
