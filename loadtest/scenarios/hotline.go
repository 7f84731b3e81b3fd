package scenarios

import (
	"errors"
	"fmt"
	"time"
)

// Hotline is the staff that answers callers. The zero value: there is none, and callers wait as those with a browser do.
type Hotline struct {
	Agents int
	// Take is the mean time of a call in which a place is taken, Dial that from opening a place whose turn it is to the click.
	Take, Dial time.Duration
	// Linked is the share of callers who get a link to their place by a text message, and somebody who opens it; staff book for the
	// others when it is their turn.
	Linked float64
}

func (h *Hotline) validate() error {
	if *h == (Hotline{}) {
		return nil
	}
	var errs []error
	if h.Agents < 1 || h.Agents > 10_000 {
		errs = append(errs, fmt.Errorf("hotline.agents: must be 1 to 10000, is %d", h.Agents))
	}
	if !(h.Linked >= 0 && h.Linked <= 1) {
		errs = append(errs, fmt.Errorf("hotline.linked: must be a share in [0, 1], is %v", h.Linked))
	}
	if min(h.Take, h.Dial) < 100*time.Millisecond || max(h.Take, h.Dial) > time.Hour {
		errs = append(errs, fmt.Errorf("hotline.take, hotline.dial: must be 100ms to 1h, are %v and %v", h.Take, h.Dial))
	}
	return errors.Join(errs...)
}

func (h Hotline) scale(f float64) Hotline {
	if h.Agents > 0 {
		h.Agents = atLeastOne(h.Agents, f)
	}
	return h
}
