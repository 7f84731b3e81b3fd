package journal

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// The verbs about the room as a whole, and what snapshots show that no verb tells.

// seen is what the recorder has written down of the room.
type seen struct {
	opening *queue.Opening // nil: nothing
	version int64          // of the document, -1 before the first
	any     bool
	judged  int64 // the tick of the judgement
}

// figures records what stands before an entry.
func (r *Recorder) figures(ctx context.Context) {
	if r.Figures {
		_, _ = r.Snapshot(ctx) // the verb that follows tells what is wrong
	}
}

// Advance implements queue.Store.
func (r *Recorder) Advance(
	ctx context.Context, m queue.Watermark, s queue.Sample, v queue.Verdict,
) (queue.Snapshot, error) {
	c := r.begin(Event{Kind: Snapshot}, nil)
	defer c.end()
	f, err := r.Store.Advance(ctx, m, s, v)
	switch {
	case err == nil:
		c.add(r.pictured(&f)...)
	case errors.Is(err, queue.ErrUnavailable):
		c.add(Event{At: r.about(), Kind: Uncertain, Verb: Snapshot})
	}
	return f, err
}

// Snapshot implements queue.Store. It changes nothing, so that only the answer is written down.
func (r *Recorder) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	f, err := r.Store.Snapshot(ctx)
	if err == nil {
		c := call{r: r}
		c.add(r.pictured(&f)...)
		c.end()
	}
	return f, err
}

// pictured is a snapshot as events: first what it shows for the first time, then the figures.
func (r *Recorder) pictured(f *queue.Snapshot) (events []Event) {
	at := r.at(f.Now)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.seen.any || f.Document.Version != r.seen.version {
		d := f.Document
		events = append(events, Event{At: at, Kind: Settle, Document: &d})
		r.seen.any, r.seen.version = true, d.Version
	}
	if old := r.seen.opening; old == nil || !sameRecord(old, &f.Opening) {
		o := f.Opening.Clone()
		o.Booked, o.Reports, o.Totals, o.Tallies = 0, 0, 0, nil
		for _, e := range opened(old, &o) {
			e.At = at
			events = append(events, e)
		}
		events = append(events, Event{At: at, Kind: Record, Record: &o})
		r.seen.opening = &o
	}
	if j := f.Judgement; j.Tick != r.seen.judged {
		events = append(events, Event{At: at, Kind: Judged, Verdict: &Verdict{Tick: j.Tick, Factor: j.Factor, Blob: j.Blob}})
		r.seen.judged = j.Tick
	}
	return append(events, Event{At: at, Kind: Snapshot, Snapshot: MarksOf(f)})
}

// sameRecord reports whether two records differ in nothing but what is booked.
func sameRecord(a, b *queue.Opening) bool {
	return a.Cursor == b.Cursor && a.Mapping == b.Mapping && a.Phase == b.Phase && a.Name == b.Name && a.Floor == b.Floor &&
		a.Planned == b.Planned && a.Quota == b.Quota && a.Per == b.Per && a.Standby == b.Standby && a.Share == b.Share &&
		a.Weights == b.Weights && maps.Equal(a.Done, b.Done) && slices.Equal(a.Segments, b.Segments) &&
		slices.EqualFunc(a.Draws, b.Draws, func(a, b queue.Draw) bool {
			return sameDraw(&a, &b) && a.Known == b.Known && a.Seed == b.Seed && a.Base == b.Base && slices.Equal(a.Segments, b.Segments)
		})
}

func sameDraw(a, b *queue.Draw) bool {
	return a.Opening == b.Opening && a.Frozen == b.Frozen && a.N == b.N
}

// opened is what a record shows that the one before, if there is one, did not: steps, freezes and reveals.
func opened(old, now *queue.Opening) (events []Event) {
	if old == nil {
		return nil // which of it is new cannot be told
	}
	for name, d := range now.Done {
		if d != old.Done[name] {
			events = append(events, Event{Kind: Step, Step: &Stepped{name, d.Rank, d.Cursor}})
		}
	}
	slices.SortFunc(events, func(a, b Event) int { return cmp.Compare(a.Step.Cursor, b.Step.Cursor) })
	for i := range now.Draws {
		d := now.Draws[i].Clone()
		j := slices.IndexFunc(old.Draws, func(o queue.Draw) bool { return sameDraw(&o, &d) })
		if j < 0 {
			frozen := d
			frozen.Known, frozen.Seed = false, [32]byte{}
			events = append(events, Event{Kind: Freeze, Draw: &frozen})
		}
		if d.Known && (j < 0 || !old.Draws[j].Known) {
			events = append(events, Event{Kind: Reveal, Draw: &d})
		}
	}
	return events
}

// Settle implements queue.Store.
func (r *Recorder) Settle(ctx context.Context, d queue.Document) (queue.Document, error) {
	at := r.about()
	c := r.begin(Event{Kind: Settle}, nil)
	defer c.end()
	stored, err := r.Store.Settle(ctx, d)
	switch {
	case err == nil:
		c.add(Event{At: at, Kind: Settle, Document: &stored})
	case errors.Is(err, queue.ErrUnavailable):
		c.add(Event{At: at, Kind: Uncertain, Verb: Settle})
	}
	return stored, err
}

// Reveal implements queue.Store.
func (r *Recorder) Reveal(ctx context.Context, opening string, seed [32]byte) ([32]byte, error) {
	at := r.about()
	c := r.begin(Event{Kind: Reveal}, nil)
	defer c.end()
	inForce, err := r.Store.Reveal(ctx, opening, seed)
	switch {
	case err == nil:
		c.add(Event{At: at, Kind: Reveal, Draw: &queue.Draw{Opening: opening, Known: true, Seed: inForce}})
	case errors.Is(err, queue.ErrUnavailable):
		c.add(Event{At: at, Kind: Uncertain, Verb: Reveal})
	}
	return inForce, err
}

// Restore implements queue.Store.
func (r *Recorder) Restore(ctx context.Context, m queue.Watermark) error {
	at := r.about()
	c := r.begin(Event{Kind: Restore, Watermark: &m}, nil)
	defer c.end()
	err := r.Store.Restore(ctx, m)
	if err == nil || errors.Is(err, queue.ErrUnavailable) {
		c.add(Event{At: at, Kind: Restore, Watermark: &m})
	}
	return err
}
