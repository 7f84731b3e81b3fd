package sim

import (
	"context"
	"errors"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// room asks the store in batches and keeps the snapshot, as pkg/queue's Room does for a gateway.
type room struct {
	store    queue.Store
	control  queue.Control
	snapshot queue.Snapshot
	epochs   []uint64 // of the numbers given, in order

	given uint64 // the highest number

	joins, keeps, claims, renews, finishes, leaves batch

	ids    []queue.VisitorID // of the batch at hand
	places []queue.Place
	beats  []queue.Beat
	stays  []queue.Stay

	ops, entries int64
}

// batch holds the citizens that a verb is to be called for. Of heartbeats, gone says which ones closed the page.
type batch struct {
	who  []uint32
	gone []bool
}

func (b *batch) add(who uint32) { b.who = append(b.who, who) }

func (b *batch) beat(who uint32, gone bool) {
	b.who, b.gone = append(b.who, who), append(b.gone, gone)
}

// rounds calls one with parts of the batch that a store takes at once, in order, and empties it.
func (b *batch) rounds(one func(who []uint32, gone []bool) error) error {
	for at := 0; at < len(b.who); at += queue.MaxBatch {
		to := min(at+queue.MaxBatch, len(b.who))
		var gone []bool
		if b.gone != nil {
			gone = b.gone[at:to]
		}
		if err := one(b.who[at:to], gone); err != nil {
			return err
		}
	}
	b.who, b.gone = b.who[:0], b.gone[:0]
	return nil
}

// open makes the room, paused.
func (r *room) open(ctx context.Context, pace queue.Pace) error {
	r.control = queue.Control{Version: 1, Mode: queue.ModePause, Pace: pace}
	return r.restore(ctx, queue.Watermark{Control: r.control})
}

// restore tells a store that has lost the room what is remembered of it.
func (r *room) restore(ctx context.Context, m queue.Watermark) error {
	if err := r.store.Restore(ctx, m); err != nil {
		return fmt.Errorf("open the room: %w", err)
	}
	if err := r.advance(ctx); err != nil {
		return err
	}
	r.control = r.snapshot.Control
	return nil
}

// memory is what the gateway remembers: it has given all the numbers itself.
func (r *room) memory() queue.Watermark {
	return queue.Watermark{
		Gateway: "sim", Epoch: r.snapshot.Epoch, Last: r.snapshot.Last, Head: r.snapshot.Head, HeadNumber: r.snapshot.HeadNum,
		Ceiling: max(r.snapshot.Last, r.given), Control: r.control,
	}
}

// advance calls the next places and takes the new snapshot.
func (r *room) advance(ctx context.Context) error {
	f, err := r.store.Advance(ctx, r.memory())
	if err != nil {
		return fmt.Errorf("advance: %w", err)
	}
	r.snapshot = f
	r.ops++
	return nil
}

// set changes the controls.
func (r *room) set(ctx context.Context, mode queue.Mode, pace queue.Pace, message string) error {
	next := r.control
	next.Mode, next.Pace, next.Message = mode, pace, message
	stored, err := r.store.Control(ctx, next)
	if err != nil {
		return fmt.Errorf("set controls: %w", err)
	}
	r.control = stored
	r.ops++
	return nil
}

// pending reports whether there is anything to send: in most steps there is not.
func (r *room) pending() bool {
	return len(r.joins.who)+len(r.keeps.who)+len(r.claims.who)+len(r.renews.who)+len(r.finishes.who)+len(r.leaves.who) > 0
}

// flush sends the batches; the answers go to the simulation.
func (s *sim) flush(ctx context.Context) error {
	r := &s.room
	if !r.pending() {
		return nil
	}
	return errors.Join(
		r.joins.rounds(func(who []uint32, _ []bool) error {
			reply, err := r.store.Join(ctx, s.idsOf(who))
			if err != nil {
				return fmt.Errorf("join: %w", err)
			}
			for i, w := range who {
				s.joined(w, reply.Places[i])
			}
			return nil
		}),
		r.keeps.rounds(func(who []uint32, gone []bool) error {
			r.beats = r.beats[:0]
			for i, p := range s.placesOf(who) {
				r.beats = append(r.beats, queue.Beat{Place: p, Away: gone[i]})
			}
			reply, err := r.store.Keep(ctx, r.beats)
			return s.stand("keep", who, reply, err, s.kept)
		}),
		r.claims.rounds(func(who []uint32, _ []bool) error {
			reply, err := r.store.Claim(ctx, s.placesOf(who))
			return s.stand("claim", who, reply, err, s.claimed)
		}),
		r.renews.rounds(func(who []uint32, _ []bool) error {
			r.stays = r.stays[:0]
			for _, id := range s.idsOf(who) {
				r.stays = append(r.stays, queue.Stay{Visitor: id})
			}
			reply, err := r.store.Renew(ctx, r.stays)
			return s.stand("renew", who, reply, err, func(uint32, queue.Standing) {})
		}),
		r.finishes.rounds(func(who []uint32, _ []bool) error { return r.store.Finish(ctx, s.idsOf(who)) }),
		r.leaves.rounds(func(who []uint32, _ []bool) error { return r.store.Leave(ctx, s.idsOf(who)) }),
	)
}

// stand hands the answers of a batch on, one by one.
func (s *sim) stand(verb string, who []uint32, reply queue.KeepReply, err error, one func(uint32, queue.Standing)) error {
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	for i, w := range who {
		one(w, reply.Standings[i])
	}
	return nil
}

func (s *sim) idsOf(who []uint32) []queue.VisitorID {
	r := &s.room
	r.ops, r.entries = r.ops+1, r.entries+int64(len(who))
	r.ids = r.ids[:0]
	for _, w := range who {
		r.ids = append(r.ids, visitorID(s.seed, w))
	}
	return r.ids
}

func (s *sim) placesOf(who []uint32) []queue.Place {
	r := &s.room
	r.ops, r.entries = r.ops+1, r.entries+int64(len(who))
	r.places = r.places[:0]
	for _, w := range who {
		r.places = append(r.places, s.place(w))
		if c := &s.people[w]; c.is(unheard) {
			c.habits &^= unheard
			s.cameBack = s.storeNow()
		}
	}
	return r.places
}

func (s *sim) place(who uint32) queue.Place {
	c := &s.people[who]
	return queue.Place{Visitor: visitorID(s.seed, who), Epoch: s.room.epochs[c.epoch], Number: c.number}
}
