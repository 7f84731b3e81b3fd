package demo

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Config describes one portal. Start from Demo or Speyer.
type Config struct {
	Town    string // name on the pages
	Service string // what the appointments are for
	Address string // where they take place

	Calendar Calendar
	// Hold is how long a place is kept while its form is filled in; above 0.
	Hold time.Duration
	// GuardOff lets double bookings happen, see Ledger, and books also for
	// browsers that have given up waiting, whose owners then come again.
	GuardOff bool

	Curve Curve // how the server behaves under load
	Work  Work  // what its requests cost

	// FinishHeader sends "Einlass-Finish: 1" with the first confirmation page
	// of a booking: whoever stands in front may end the visit. Not with the
	// redirect before it, or the confirmation would never be reached.
	FinishHeader bool

	Clock  Clock       // default: the system's
	Random io.Reader   // numbers, tokens, costs; default: crypto/rand
	Log    *zap.Logger // crashes and recoveries; default: none
}

// Validate joins everything that is wrong with the configuration; each problem
// names its path and the accepted values.
func (c Config) Validate() error {
	var errs []error
	for name, text := range map[string]string{"town": c.Town, "service": c.Service, "address": c.Address} {
		if text == "" {
			errs = append(errs, fmt.Errorf("%s: must not be empty", name))
		}
	}
	if c.Hold <= 0 {
		errs = append(errs, fmt.Errorf("hold: must be above 0, is %v", c.Hold))
	}
	errs = append(errs, c.Calendar.Validate(), c.Curve.Validate("capacity"), c.Work.Validate())
	return errors.Join(errs...)
}

func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	c.Random = &lockedReader{from: c.Random}
	return c
}

// lockedReader lets many requests draw from one source.
type lockedReader struct {
	mu   sync.Mutex
	from io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.from.Read(p)
}
