package queue

import (
	"context"
	"errors"
)

// Update changes the document for an operator. change gets a copy of the current one and is called again if the document
// was changed meanwhile. An error of change is returned as it is, and nothing is changed. For a change that was decided on an
// earlier version, change asks Document.ChangedSince. ErrInvalid: what change has made is no valid document.
func (r *Room) Update(ctx context.Context, change func(*Document) error) (Document, error) {
	f, err := r.read(ctx)
	current := f.Document
	for err == nil {
		next := current.Clone()
		if err := change(&next); err != nil {
			return current, err
		}
		if r.cfg.Planner != nil && next.Schedule() != current.Schedule() {
			// In one step with the schedule, so that nothing of the plan before takes effect meanwhile.
			next.Plan = r.cfg.Planner.Plan(next.Schedule(), current.Plan, &f.Opening, f.Now)
		}
		var stored Document
		stored, err = r.replace(ctx, next)
		if err == nil {
			return stored, nil
		}
		if errors.Is(err, ErrConflict) {
			current, err = stored, nil
		}
	}
	return current, err
}

// replace stores next if the document that it was made from is still the stored one; see Store.Settle.
func (r *Room) replace(ctx context.Context, next Document) (stored Document, err error) {
	if err := errors.Join(next.Validate(), next.CheckSettings()); err != nil {
		return next, err
	}
	err = r.retryLost(ctx, func(ctx context.Context) error {
		var err error
		stored, err = r.store.Settle(ctx, next)
		return err
	})
	if err == nil {
		r.watermark.document(&stored)
	}
	return stored, err
}

// Document reads the current document from the store.
func (r *Room) Document(ctx context.Context) (Document, error) {
	f, err := r.read(ctx)
	return f.Document, err
}

func (r *Room) read(ctx context.Context) (f Snapshot, err error) {
	err = r.retryLost(ctx, func(ctx context.Context) error {
		var err error
		f, err = r.store.Snapshot(ctx)
		return err
	})
	return f, err
}
