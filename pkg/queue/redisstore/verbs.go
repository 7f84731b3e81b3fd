package redisstore

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Join implements queue.Store. In the second in which an epoch begins it waits for the next one.
func (s *Store) Join(ctx context.Context, arrivals []queue.Arrival) (reply queue.JoinReply, err error) {
	for {
		var early time.Duration
		err = s.verb(ctx, "join", check(arrivals, (*queue.Arrival).Validate), s.scripts.join, func(r *reader) (err error) {
			if r.early {
				early = time.Duration(r.int()) * time.Millisecond
				return r.end()
			}
			reply, err = r.joined(arrivals)
			return err
		}, func() []any {
			batch, codes := packArrivals(arrivals)
			return []any{batch, codes}
		})
		if err != nil || early == 0 {
			return reply, err
		}
		wait(ctx, early)
	}
}

// wait lets time go by, at the longest until ctx ends: the next call finds that out.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Keep implements queue.Store.
func (s *Store) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (queue.KeepReply, error) {
	return s.standings(ctx, "keep", check(beats, (*queue.Beat).Validate), s.scripts.keep, len(beats), func() []any {
		batch, codes := packBeats(beats)
		return []any{mapping, batch, codes}
	})
}

// Claim implements queue.Store.
func (s *Store) Claim(ctx context.Context, mapping uint64, places []queue.Place) (queue.KeepReply, error) {
	return s.standings(ctx, "claim", check(places, checkPlace), s.scripts.claim, len(places), func() []any {
		return []any{mapping, packPlaces(places)}
	})
}

// Renew implements queue.Store.
func (s *Store) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	return s.standings(ctx, "renew", check(stays, (*queue.Stay).Validate), s.scripts.renew, len(stays), func() []any {
		return []any{packStays(stays)}
	})
}

// standings runs a verb that answers one standing an entry.
func (s *Store) standings(
	ctx context.Context, name string, invalid error, sc script, n int, args func() []any,
) (reply queue.KeepReply, err error) {
	err = s.verb(ctx, name, invalid, sc, func(r *reader) (err error) {
		reply, err = r.standings(n)
		return err
	}, args)
	return reply, err
}

// Report implements queue.Store.
func (s *Store) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (reply queue.Reported, err error) {
	invalid := errors.Join(teller.Validate(), check(outcomes, (*queue.Outcome).Validate))
	err = s.verb(ctx, "report", invalid, s.scripts.report, func(r *reader) error {
		reply.Tally = queue.Tally{Reports: r.uint(), Booked: r.int()}
		reply.Rest = queue.Told{Reports: r.int(), Booked: r.int(), Totals: r.uint()}
		if slices.ContainsFunc(outcomes, queue.Outcome.Books) {
			reply.Tally.Gateway = teller.Gateway
		}
		return r.end()
	}, func() []any { return []any{packOutcomes(outcomes), teller.Gateway, teller.Reports} })
	return reply, err
}

// Leave implements queue.Store.
func (s *Store) Leave(ctx context.Context, ids []queue.VisitorID) error {
	return s.verb(ctx, "leave", check(ids, checkVisitor), s.scripts.leave, (*reader).end, func() []any {
		return []any{packVisitors(ids)}
	})
}

// Find implements queue.Store.
func (s *Store) Find(ctx context.Context, o queue.Order) (found queue.Found, err error) {
	err = s.verb(ctx, "find", nil, s.scripts.find, func(r *reader) (err error) {
		found, err = r.found()
		return err
	}, func() []any { return []any{uint64(o)} })
	return found, err
}

// Move implements queue.Store.
func (s *Store) Move(ctx context.Context, m queue.Move) (moved queue.Moved, err error) {
	err = s.verb(ctx, "move", m.Validate(), s.scripts.move, func(r *reader) (err error) {
		moved, err = r.moved()
		return err
	}, func() []any { return []any{int(m.Act), m.Visitor[:], m.Ref[:], m.To[:]} })
	return moved, err
}

// Advance implements queue.Store. The sketches of a long line may be up to half a second and a few calls old, see sketch.lua.
func (s *Store) Advance(
	ctx context.Context, m queue.Watermark, sample queue.Sample, v queue.Verdict,
) (f queue.Snapshot, err error) {
	invalid := errors.Join(m.Validate(), sample.Validate(), v.Validate())
	m = m.Believed()
	err = s.verb(ctx, "advance", invalid, s.scripts.advance, s.reads(&f), func() []any {
		return []any{m.Gateway, packWatermark(&m), sample.Tick, sample.Blob, v.Tick, v.Factor, v.Blob}
	})
	return f, err
}

// Snapshot implements queue.Store. It looks at the line anew.
func (s *Store) Snapshot(ctx context.Context) (f queue.Snapshot, err error) {
	err = s.verb(ctx, "snapshot", nil, s.scripts.snapshot, s.reads(&f), func() []any { return nil })
	return f, err
}

// reads reads a snapshot; with an error it stays empty.
func (s *Store) reads(f *queue.Snapshot) func(*reader) error {
	return func(r *reader) error {
		read, err := r.snapshot(&s.memory)
		if err == nil {
			*f = read
		}
		return err
	}
}

// Settle implements queue.Store.
func (s *Store) Settle(ctx context.Context, d queue.Document) (stored queue.Document, err error) {
	invalid := d.Validate()
	var args []any
	if invalid == nil {
		args, invalid = packDocument(&d)
	}
	err = s.verb(ctx, "settle", invalid, s.scripts.settle, func(r *reader) error {
		version := r.int()
		if !r.conflict {
			stored = d
			stored.Version = version
			return r.end()
		}
		text := r.text()
		if err := r.end(); err != nil {
			return err
		}
		if stored, err = decodeDocument(text, version); err != nil {
			return outage(err)
		}
		return queue.ErrConflict
	}, func() []any { return append([]any{d.Version}, args...) })
	return stored, err
}

// Reveal implements queue.Store.
func (s *Store) Reveal(ctx context.Context, opening string, seed [32]byte) (inForce [32]byte, err error) {
	err = s.verb(ctx, "reveal", nil, s.scripts.reveal, func(r *reader) error {
		if copy(inForce[:], r.text()) != len(inForce) {
			r.fail("reply has another text where a seed belongs")
		}
		return r.end()
	}, func() []any { return []any{opening, seed[:]} })
	return inForce, err
}

// Restore implements queue.Store. A room of the releases before is taken over first, see upgrade.lua.
func (s *Store) Restore(ctx context.Context, m queue.Watermark) error {
	invalid := errors.Join(m.Validate(), m.Document.Validate())
	var document []any
	if invalid == nil {
		document, invalid = packDocument(&m.Document)
	}
	m = m.Believed()
	args := func() []any {
		o := &m.Opening
		return append(append([]any{
			packWatermark(&m), o.Name, len(o.Segments), packSegments(o.Segments), packDraws(o.Draws), packDone(o.Done), packCurves(&m.Curves),
			m.Document.Version,
		}, document...), taken, packTallies(o))
	}
	for {
		var old []any
		err := s.verb(ctx, "restore", invalid, s.scripts.restore, func(r *reader) error {
			if r.old {
				old, r.values = r.values, nil
			}
			return r.end()
		}, args)
		if err != nil || old == nil {
			return err
		}
		if err := s.takeOver(ctx, &m, old); err != nil {
			return err
		}
	}
}
