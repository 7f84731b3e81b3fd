package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/operator"
)

// bySignal acts in the record for who may send this process a signal.
var bySignal = operator.Principal{Name: "signal", Method: "SIGHUP", Role: operator.RoleAdmin}

// reload reads the configuration again, because of a signal, and brings it into force. Whatever comes of it stands in the log, the metrics
// and the record.
func (a *app) reload(ctx context.Context, read func() (*config.Config, error)) {
	acting := operator.NewContext(context.WithoutCancel(ctx), bySignal)
	if read == nil {
		a.log.Warn("there is no configuration file that could be read again")
		a.operators.NoteReload(acting, operator.ConfigReview{}, operator.ErrNoConfig)
		return
	}
	cfg, unread := readUntil(ctx, read)
	review := operatedConfig{a}.review(cfg, &config.Places{}, unread)
	err := a.bring(ctx, cfg, unread)
	var refused *config.LoadError
	switch {
	case err == nil:
	case errors.Is(err, errHanded):
		return // the record is the other process's, which reads the file itself
	case unread != nil, errors.As(err, &refused):
		review.Problems = problemsTold(err)
		err = review.Refused()
	default:
		err = operator.ErrNotInForce
	}
	a.operators.NoteReload(acting, review, err)
}

// bring brings a configuration into force that was read with an error or without, and tells what comes of it. It returns why nothing did.
func (a *app) bring(ctx context.Context, cfg *config.Config, err error) error {
	var d *diff
	if err == nil {
		d, err = a.Apply(ctx, cfg)
	}
	var refused *config.LoadError
	switch {
	case err == nil:
		a.metrics.Reloaded(metrics.Applied)
		a.warnOfValues(cfg)
		a.log.Info("configuration in force", d.fields()...)
	case errors.As(err, &refused):
		a.metrics.Reloaded(metrics.NotAccepted)
		a.log.Error("configuration refused, the one before stays in force", zap.Strings("problems", refused.Lines()))
	default:
		a.metrics.Reloaded(metrics.Broken)
		a.log.Error("configuration could not be brought into force, the one before stays", zap.Error(err))
	}
	return err
}

// readUntil gives a reading up when ctx ends: it may never end, of a pipe that nobody writes to or of a network file system that
// does not answer, and the stop of the process must not wait for it.
func readUntil(ctx context.Context, read func() (*config.Config, error)) (*config.Config, error) {
	type result struct {
		cfg *config.Config
		err error
	}
	done := make(chan result, 1)
	go func() {
		cfg, err := read()
		done <- result{cfg, err}
	}()
	select {
	case r := <-done:
		return r.cfg, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("read configuration: %w", ctx.Err())
	}
}

// diff is what a configuration changed.
type diff struct {
	added, changed, removed []string // ids of rooms
	settings                []string // sections that are of no room
}

func diffOf(now, next *serving) *diff {
	d := &diff{}
	for _, r := range next.rooms {
		switch old := now.room(r.cfg.ID); {
		case old == nil:
			d.added = append(d.added, r.cfg.ID)
		case old.cfg.Hash() != r.cfg.Hash(), old.folder != r.folder:
			d.changed = append(d.changed, r.cfg.ID)
		}
	}
	for _, r := range now.rooms {
		if next.room(r.cfg.ID) == nil {
			d.removed = append(d.removed, r.cfg.ID)
		}
	}
	before, after := now.cfg, next.cfg
	if before.Limits != after.Limits {
		d.settings = append(d.settings, "limits")
	}
	if before.Log != after.Log {
		d.settings = append(d.settings, "log")
	}
	if before.Drain != after.Drain {
		d.settings = append(d.settings, "drain")
	}
	return d
}

// fields are what is not empty, for the log.
func (d *diff) fields() []zap.Field {
	var fields []zap.Field
	for _, part := range []struct {
		name string
		ids  []string
	}{{"rooms_new", d.added}, {"rooms_changed", d.changed}, {"rooms_removed", d.removed}, {"settings", d.settings}} {
		if len(part.ids) > 0 {
			fields = append(fields, zap.Strings(part.name, slices.Clone(part.ids)))
		}
	}
	if fields == nil {
		fields = append(fields, zap.Bool("unchanged", true))
	}
	return fields
}
