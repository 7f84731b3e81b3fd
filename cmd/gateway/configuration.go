package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/operator"
)

// operatedConfig is the configuration as the operator service sees it.
type operatedConfig struct{ a *app }

// Info is the configuration in force.
func (c operatedConfig) Info() operator.ConfigInfo {
	now := c.a.serving.Load()
	text := now.cfg.Show()
	sum := sha256.Sum256(text)
	info := operator.ConfigInfo{Since: now.since, Text: string(text), Version: hex.EncodeToString(sum[:8])}
	if c.a.source != nil {
		info.File = c.a.source.File
	}
	return info
}

// Check looks at a text as if it were the file.
func (c operatedConfig) Check(text string) operator.ConfigReview {
	src := config.Source{}
	if c.a.source != nil {
		src = *c.a.source
	}
	src.File, src.Secrets, src.Pages = "", c.a.serving.Load().cfg, nil
	cfg, places, err := config.ParsePlaced(src, []byte(text))
	return c.review(cfg, places, err)
}

// Reload reads the file again.
func (c operatedConfig) Reload(ctx context.Context, dry bool, agreed func(operator.ConfigReview) error) (operator.ConfigReview, error) {
	if c.a.source == nil {
		return operator.ConfigReview{}, operator.ErrNoConfig
	}
	var places *config.Places
	cfg, err := readUntil(ctx, func() (cfg *config.Config, err error) {
		cfg, places, err = config.LoadPlaced(*c.a.source)
		return cfg, err
	})
	if ctx.Err() != nil {
		return operator.ConfigReview{}, ctx.Err()
	}
	review := c.review(cfg, places, err)
	if err == nil {
		problems, _, err := look(ctx, cfg, c.a.open.library) // the warnings of a look are those of the values, which the review has
		if err != nil {
			c.a.log.Error("the configuration cannot be looked at", zap.Error(err))
			return review, operator.ErrNotInForce
		}
		review.Problems = append(review.Problems, told(places, problems)...)
		review.OK = review.OK && len(problems) == 0
	}
	if dry {
		return review, nil
	}
	if err := agreed(review); err != nil {
		return review, err
	}
	c.a.reloaded(func() { err = c.a.bring(ctx, cfg, nil) })
	if err != nil {
		return review, operator.ErrNotInForce
	}
	return review, nil
}

// review says what it would be to bring a configuration into force, which Load gave with an error or without.
func (c operatedConfig) review(cfg *config.Config, places *config.Places, err error) operator.ConfigReview {
	r := operator.ConfigReview{
		Problems: []operator.ConfigProblem{}, Restart: []operator.ConfigProblem{}, Warnings: []operator.ConfigProblem{},
		Changes: []operator.ConfigChange{}, Added: []string{}, Changed: []string{}, Removed: []string{},
	}
	if err != nil {
		r.Problems = append(r.Problems, problemsTold(err)...)
		return r
	}
	now := c.a.serving.Load()
	r.Restart = append(r.Restart, told(places, refusals(now, cfg))...)
	r.OK = len(r.Restart) == 0
	r.Warnings = append(r.Warnings, told(places, warningsOf(cfg))...)
	for _, d := range now.cfg.Differences(cfg) {
		r.Changes = append(r.Changes, operator.ConfigChange{Path: d.Path, Before: d.Before, After: d.After})
	}
	next := &serving{cfg: cfg}
	for i := range cfg.Rooms {
		room := &room{cfg: &cfg.Rooms[i]}
		if old := now.room(room.cfg.ID); old != nil {
			room.folder = old.folder // what is in it is looked at when it comes into force
		}
		next.rooms = append(next.rooms, room)
	}
	d := diffOf(now, next)
	r.Added, r.Changed, r.Removed = append(r.Added, d.added...), append(r.Changed, d.changed...), append(r.Removed, d.removed...)
	return r
}

// warningsOf are what may not be meant in a configuration, as far as its values tell.
func warningsOf(cfg *config.Config) []*config.Problem {
	log := zap.NewNop()
	a := newApp(&opener{look: true, log: log}, log, zap.NewAtomicLevel())
	a.warn(cfg)
	return a.open.warnings
}

// told are problems for operators, each with its place.
func told(places *config.Places, problems []*config.Problem) []operator.ConfigProblem {
	if len(problems) == 0 {
		return nil
	}
	return problemsTold(places.Error(problems))
}

// problemsTold are the problems of a Load. What is none of a key, as that the file cannot be read, is one of the file as a whole.
func problemsTold(err error) (all []operator.ConfigProblem) {
	var refused *config.LoadError
	if !errors.As(err, &refused) {
		return []operator.ConfigProblem{{Detail: err.Error()}}
	}
	for _, p := range refused.Problems {
		all = append(all, operator.ConfigProblem{Path: p.Path, Detail: p.Text, Where: p.Where})
	}
	return all
}
