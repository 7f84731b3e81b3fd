package queue

import (
	"errors"
	"fmt"
	"time"
)

// ErrFixed means that a value of a room can change only when its process starts again.
var ErrFixed = errors.New("cannot change while the room runs")

// tunable is what Reconfigure may change beside the controls.
type tunable struct {
	onFailure        FailureMode
	pollMin, pollMax time.Duration
}

func (c *RoomConfig) tunable() *tunable {
	return &tunable{onFailure: c.OnFailure, pollMin: c.PollMin, pollMax: c.PollMax}
}

// Accepts reports why Reconfigure would refuse cfg: an error that wraps ErrInvalid for values that no room accepts, and
// ErrFixed for a timing that is not the one the room and its store were made with. Only Hold may be shorter in cfg:
// the hold in force is then longer than the new poll interval needs.
func (r *Room) Accepts(cfg RoomConfig) error {
	cfg.setDefaults()
	if err := cfg.validate(); err != nil {
		return fmt.Errorf("room: %w", err)
	}
	now, next := r.cfg.Timing, cfg.Timing
	var errs []error
	same := func(name string, is, want time.Duration) {
		if is != want {
			errs = append(errs, fmt.Errorf("%s %v in place of %v: %w", name, want, is, ErrFixed))
		}
	}
	same("absent", now.Absent, next.Absent)
	same("claim window", now.ClaimWindow, next.ClaimWindow)
	same("idle", now.Idle, next.Idle)
	same("ticket life", now.TicketLife, next.TicketLife)
	same("hold", now.Hold, max(now.Hold, next.Hold))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("room: %w", err)
	}
	return nil
}

// Reconfigure takes a new configuration while the room runs, or refuses it as Accepts does and changes nothing. Of cfg it
// takes Control, ConfigHash, OnFailure, PollMin and PollMax; the rest belongs to the process and stays. Polls and
// arrivals follow at once; the keys of Control that differ from the configuration applied last are written to the store by
// the next tick, EventControl names them. A configuration with the ConfigHash of the one before is not applied again. Safe for
// concurrent use.
func (r *Room) Reconfigure(cfg RoomConfig) error {
	if err := r.Accepts(cfg); err != nil {
		return err
	}
	cfg.setDefaults()
	r.tune.Store(cfg.tunable())
	r.configuration.set(cfg.Control, cfg.ConfigHash)
	return nil
}
