package queue

import (
	"errors"
	"fmt"
)

// Mode is what a room does with its line.
type Mode string

const (
	// ModeRun calls places at the pace.
	ModeRun Mode = "run"
	// ModePause calls nobody. Open calls may still be claimed, and stays go on.
	ModePause Mode = "pause"
)

// Pace is how fast the line moves.
type Pace struct {
	// Rate is calls per minute, 0 to MaxRate. 0 calls nobody.
	Rate int64 `json:"rate"`
	// MaxInside bounds live stays plus open calls, 0 to MaxInsideLimit. 0 means no bound.
	MaxInside int64 `json:"max_inside"`
	// Burst is how many calls may be made at once after a quiet time, 1 to MaxBurst. In any span of T minutes
	// at most Burst + Rate*T places are called.
	Burst int64 `json:"burst"`
}

// Bounds of a pace. With them a token bucket of Burst*60000 units stays exact in a double.
const (
	MaxRate        = 10_000_000
	MaxInsideLimit = 1_000_000_000
	MaxBurst       = 1_000_000
	maxMessage     = 2000
)

// DefaultBurst is one second's worth of calls, at least two: with a burst of one, a late tick loses the credit beyond
// that one call, and a slow line falls behind its pace.
func DefaultBurst(rate int64) int64 { return min(max(2, (rate+59)/60), MaxBurst) }

// Control is what operators set. Stores keep it beside the line and hand it out with every snapshot, so a change
// reaches every gateway with the next snapshot.
type Control struct {
	// Version counts changes, those by operators and those by gateways. A change names the version it was made from; see
	// Store.Control and ChangedSince.
	Version int64 `json:"version"`
	Mode    Mode  `json:"mode"`
	Pace    Pace  `json:"pace"`
	// Message is shown on every waiting page, as plain text of at most 2,000 bytes.
	Message string `json:"message"`
	// ValuesHash names mode, pace and message of the configuration that was applied last. Stores keep it and never read
	// it; the name under which it is stored and sent is the one of earlier releases.
	ValuesHash string `json:"seed"`
	// Notes is what gateways note for each other about changes that they make by themselves: which configuration was applied
	// last and what it said, and which versions were made so. Stores keep these at most 1,024 bytes and never read
	// them. Leave them as they are when you change a document.
	Notes string `json:"notes,omitempty"`
}

// Validate joins everything that is wrong, each wrapping ErrInvalid and naming the field.
func (c Control) Validate() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf(format+": %w", append(args, ErrInvalid)...))
	}
	if c.Mode != ModeRun && c.Mode != ModePause {
		bad("mode %q: want run or pause", c.Mode)
	}
	if c.Pace.Rate < 0 || c.Pace.Rate > MaxRate {
		bad("rate %d: want 0 to %d calls per minute", c.Pace.Rate, MaxRate)
	}
	if c.Pace.MaxInside < 0 || c.Pace.MaxInside > MaxInsideLimit {
		bad("max_inside %d: want 0 (no bound) to %d", c.Pace.MaxInside, MaxInsideLimit)
	}
	if c.Pace.Burst < 1 || c.Pace.Burst > MaxBurst {
		bad("burst %d: want 1 to %d", c.Pace.Burst, MaxBurst)
	}
	if len(c.Message) > maxMessage {
		bad("message of %d bytes: want at most %d", len(c.Message), maxMessage)
	}
	if len(c.Notes) > maxNotes {
		bad("notes of %d bytes: want at most %d", len(c.Notes), maxNotes)
	}
	return errors.Join(errs...)
}
