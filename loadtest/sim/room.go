package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// room asks the store in batches and keeps the snapshot, as pkg/queue's Room does for a gateway.
type room struct {
	store    queue.Store
	document queue.Document
	snapshot queue.Snapshot
	door     *queue.Doorkeeper
	epochs   []uint64 // of the numbers given, in order

	given uint64 // the highest number

	joins, keeps, claims, renews, returns, leaves batch
	outcomes                                      []queue.Outcome // to be reported
	reported                                      []queue.Outcome // bookings since the last snapshot: a store that is lost now has them told again

	ids      []queue.VisitorID // of the batch at hand
	arrivals []queue.Arrival
	places   []queue.Place
	beats    []queue.Beat
	stays    []queue.Stay

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

// open makes the room.
func (r *room) open(ctx context.Context, d queue.Document) error {
	r.document = d
	return r.restore(ctx, queue.Watermark{Document: d})
}

// restore tells a store that has lost the room what is remembered of it.
func (r *room) restore(ctx context.Context, m queue.Watermark) error {
	if err := r.store.Restore(ctx, m); err != nil {
		return fmt.Errorf("open the room: %w", err)
	}
	if err := r.advance(ctx); err != nil {
		return err
	}
	r.document = r.snapshot.Document
	return nil
}

// memory is what the gateway remembers: it has given all the numbers itself.
func (r *room) memory() queue.Watermark {
	f := &r.snapshot
	return queue.Watermark{
		Gateway: "sim", Epoch: f.Epoch, Last: f.Last, Heads: f.Heads, HeadNumbers: f.HeadNumbers,
		Ceiling: max(f.Last, r.given), Hold: f.Hold, Document: r.document, Opening: f.Opening, Curves: f.Curves,
	}
}

// advance calls the next places and takes the new snapshot.
func (r *room) advance(ctx context.Context) error {
	f, err := r.store.Advance(ctx, r.memory(), queue.Sample{}, queue.Verdict{})
	if err != nil {
		return fmt.Errorf("advance: %w", err)
	}
	r.snapshot, r.reported = f, r.reported[:0]
	r.door.Took(&f)
	r.ops++
	return nil
}

// set replaces the document.
func (r *room) set(ctx context.Context, next queue.Document) error {
	stored, err := r.store.Settle(ctx, next)
	if err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	r.document = stored
	r.ops++
	return nil
}

// report tells of outcomes, in order.
func (r *room) report(ctx context.Context, outcomes []queue.Outcome) error {
	for part := range slices.Chunk(outcomes, queue.MaxBatch) {
		r.ops, r.entries = r.ops+1, r.entries+int64(len(part))
		if _, err := r.store.Report(ctx, queue.Tally{}, part); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	return nil
}

// pending reports whether there is anything to send: in most steps there is not.
func (r *room) pending() bool {
	return len(r.joins.who)+len(r.keeps.who)+len(r.claims.who)+len(r.renews.who)+len(r.returns.who)+len(r.outcomes)+len(r.leaves.who) > 0
}

// flush sends the batches; the answers go to the simulation.
func (s *sim) flush(ctx context.Context) error {
	r := &s.room
	if !r.pending() {
		return nil
	}
	return errors.Join(
		r.joins.rounds(func(who []uint32, _ []bool) error {
			r.arrivals = r.arrivals[:0]
			for i, id := range s.idsOf(who) {
				code, uses := s.codeOf(who[i])
				r.arrivals = append(r.arrivals, queue.Arrival{Visitor: id, Lane: s.lane, Code: code, Uses: uses})
			}
			reply, err := r.store.Join(ctx, r.arrivals)
			if err != nil {
				return fmt.Errorf("join: %w", err)
			}
			r.door.Joined(reply.Places)
			for i, w := range who {
				s.joined(w, reply.Places[i])
			}
			return nil
		}),
		r.keeps.rounds(func(who []uint32, gone []bool) error {
			r.beats = r.beats[:0]
			for i, p := range s.placesOf(who) {
				code, uses := s.codeOf(who[i])
				r.beats = append(r.beats, queue.Beat{Place: p, Away: gone[i], Code: code, Uses: uses})
			}
			reply, err := r.store.Keep(ctx, s.draws.mapping, r.beats)
			return s.stand("keep", who, reply, err, s.kept)
		}),
		r.claims.rounds(func(who []uint32, _ []bool) error {
			reply, err := r.store.Claim(ctx, s.draws.mapping, s.placesOf(who))
			return s.stand("claim", who, reply, err, s.claimed)
		}),
		r.renews.rounds(func(who []uint32, _ []bool) error {
			reply, err := r.store.Renew(ctx, s.staysOf(who))
			return s.stand("renew", who, reply, err, func(uint32, queue.Standing) {})
		}),
		r.returns.rounds(func(who []uint32, _ []bool) error { return s.resume(ctx, who) }),
		s.tellOutcomes(ctx),
		r.leaves.rounds(func(who []uint32, _ []bool) error { return r.store.Leave(ctx, s.idsOf(who)) }),
	)
}

// tellOutcomes reports what the site's answers have said.
func (s *sim) tellOutcomes(ctx context.Context) error {
	r := &s.room
	err := r.report(ctx, r.outcomes)
	for _, o := range r.outcomes {
		if o.Kind != queue.Finished {
			r.reported = append(r.reported, o)
		}
	}
	r.outcomes = r.outcomes[:0]
	return err
}

// resume lets stays go on whose passes have run out: the store is told of the last request first, because after a loss it does
// not know the stay.
func (s *sim) resume(ctx context.Context, who []uint32) error {
	var over []uint32
	reply, err := s.room.store.Renew(ctx, s.staysOf(who))
	err = s.stand("renew", who, reply, err, func(w uint32, st queue.Standing) {
		if st.State == queue.StateMissed {
			over = append(over, w)
			return
		}
		s.resumed(w, st)
	})
	if err != nil || len(over) == 0 {
		return err
	}
	reply, err = s.room.store.Claim(ctx, s.draws.mapping, s.placesOf(over))
	return s.stand("resume", over, reply, err, s.resumed)
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

// staysOf are their stays, with the last requests that passes tell of.
func (s *sim) staysOf(who []uint32) []queue.Stay {
	r := &s.room
	r.stays = r.stays[:0]
	for i, id := range s.idsOf(who) {
		c := &s.people[who[i]]
		r.stays = append(r.stays, queue.Stay{Visitor: id, Started: s.startMS + int64(c.started), At: s.startMS + int64(c.sent)})
	}
	return r.stays
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
	return queue.Place{Visitor: visitorID(s.seed, who), Epoch: s.room.epochs[c.epoch], Number: c.number, Order: s.order(who), Lane: s.lane}
}
