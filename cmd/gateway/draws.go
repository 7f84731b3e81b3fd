package main

import (
	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/draws"
	"github.com/einlass/einlass/internal/lifecycle"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/token"
)

// drawing is what the draws of all rooms have in common.
type drawing struct {
	chain   draw.Chain
	beacons *draws.Beacons
	archive *draws.Archive // nil: records are not kept
}

// draws opens it. The directory of the records is made with the first one; a start asks whether it can be.
func (o *opener) draws(cfg *config.Config, log *zap.Logger) (d drawing, err error) {
	d.chain = cfg.Draws.Drand.Chain()
	if d.beacons, err = draws.NewBeacons(d.chain, cfg.Draws.Drand.Servers, log); err != nil {
		return d, err
	}
	dir := cfg.DrawsDir()
	if dir == "" || o.noDir && cfg.Draws.Dir == "" {
		return d, nil
	}
	if cfg.Draws.Dir != "" { // else it is in state.dir, which is open
		if err := o.refuse("draws.dir", writable(dir)); err != nil {
			return d, err
		}
	}
	d.archive, err = draws.NewArchive(dir, log)
	return d, err
}

// conductor finds the seeds of a room's draws.
func (d *drawing) conductor(cfg *config.Room, keys *token.Source, log *zap.Logger) (*draws.Conductor, error) {
	return draws.New(draws.Config{
		Room: cfg.ID, Keys: keys, Chain: d.chain, Rounds: d.beacons, Archive: d.archive, Log: log,
	}, ruleOf(cfg))
}

// ruleOf is which beacon decides the draws that a room commits to from now on.
func ruleOf(cfg *config.Room) draw.Rule { return draw.Rule(cfg.Draw.Beacon) }

// services write the records, and ask drand. The lines that need them start after them and stop before.
func (d *drawing) services(own *ownership) []lifecycle.Service {
	all := []lifecycle.Service{{Name: "drand", Run: d.beacons.Run}}
	if d.archive != nil {
		all = append(all, lifecycle.Service{Name: "records of draws", Run: own.while(d.archive.Run)})
	}
	return all
}
