package queue

import (
	"fmt"
	"time"
)

// tunable is what Reconfigure may change beside the document.
type tunable struct {
	onFailure        FailureMode
	pollMin, pollMax time.Duration
	timing           Timing // in force until the first snapshot
}

func (c *RoomConfig) tunable() *tunable {
	return &tunable{onFailure: c.OnFailure, pollMin: c.PollMin, pollMax: c.PollMax, timing: c.Document.Timing}
}

// Accepts reports why Reconfigure would refuse cfg: an error that wraps ErrInvalid.
func (r *Room) Accepts(cfg RoomConfig) error {
	cfg.setDefaults()
	if err := cfg.validate(); err != nil {
		return fmt.Errorf("room: %w", err)
	}
	return nil
}

// Reconfigure takes a new configuration while the room runs, or refuses it as Accepts does and changes nothing. Of cfg it
// takes Document, ConfigHash, OnFailure, PollMin and PollMax; the rest belongs to the process and stays. Polls and
// arrivals follow at once; the keys of Document that differ from the configuration applied last are written to the store by
// the next tick, EventControl names them. A configuration with the ConfigHash of the one before is not applied again. Safe for
// concurrent use.
func (r *Room) Reconfigure(cfg RoomConfig) error {
	cfg.setDefaults()
	if err := cfg.validate(); err != nil {
		return fmt.Errorf("room: %w", err)
	}
	r.tune.Store(cfg.tunable())
	r.configuration.set(cfg.Document, cfg.ConfigHash)
	return nil
}

// Timing is the one in force: that of the last snapshot's document, before the first that of the configuration.
func (r *Room) Timing() Timing { return *r.timing() }

// timing is the one in force: that of the last snapshot's document, before the first that of the configuration.
func (r *Room) timing() *Timing {
	if v := r.view.Load(); v.Known {
		return &v.Snapshot.Document.Timing
	}
	return &r.tune.Load().timing
}
