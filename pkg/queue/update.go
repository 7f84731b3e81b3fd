package queue

import (
	"context"
	"errors"
)

// Update changes the document for an operator. change gets a copy of the current one and is called again if the document
// was changed meanwhile. An error of change is returned as it is, and nothing is changed. For a change that was decided on an
// earlier version, change asks Document.ChangedSince. ErrInvalid: what change has made is no valid document.
func (r *Room) Update(ctx context.Context, change func(*Document) error) (Document, error) {
	current, err := r.Document(ctx)
	for err == nil {
		next := current.Clone()
		if err := change(&next); err != nil {
			return current, err
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
	var f Snapshot
	err := r.retryLost(ctx, func(ctx context.Context) error {
		var err error
		f, err = r.store.Snapshot(ctx)
		return err
	})
	return f.Document, err
}
