package capacity

import (
	"context"
	"errors"
)

// A room carries what it has learned from one opening to the next, and over a loss of the store by the watermark of a gateway.
// These are the ways to learn before an opening: the opening before, days on which nobody waits, a rehearsal.

// learnBefore plays the morning before.
func (m *Morning) learnBefore(ctx context.Context, seed uint64) (c curves, err error) {
	p, err := m.play(ctx, seed, curves{})
	if err != nil {
		return c, err
	}
	return p.Snapshot().Curves, nil
}

// learnQuietly lets a fifth of the pace come for some hours of an ordinary day: nobody waits.
func (m *Morning) learnQuietly(ctx context.Context, seed uint64) (curves, error) {
	const hours = 4
	return m.learnFrom(ctx, seed, m.Pace.Rate*hours*60/5, hours*Hour)
}

// learnByRehearsal lets two thirds of the pace come for a quarter of an hour, as a rehearsal does below the site's capacity.
func (m *Morning) learnByRehearsal(ctx context.Context, seed uint64) (curves, error) {
	const minutes = 15
	return m.learnFrom(ctx, seed, m.Pace.Rate*minutes*2/3, minutes*Minute)
}

// learnFrom lets so many people come to an open room.
func (m *Morning) learnFrom(ctx context.Context, seed uint64, people, span int64) (c curves, err error) {
	var faults []error
	w, err := m.world(ctx, seed, c, &faults)
	if err != nil {
		return c, err
	}
	defer w.Close()
	w.Open()
	w.Spread(int(people), span, func() { w.Arrive(m.Crowd(w.Dice)) })
	w.Run(span + 10*Minute) // until the last stays have run out
	return w.Snapshot().Curves, errors.Join(append(faults, ctx.Err())...)
}
