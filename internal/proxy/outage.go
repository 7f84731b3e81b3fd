package proxy

import (
	"time"

	"go.uber.org/zap"
)

// outage is the time in which an address was out, in one respect, for the line that says that it is over. Its owner holds the lock.
type outage struct {
	since    time.Time
	failures uint64 // of requests or checks, those that led to it included
}

// fields are how long it took and how many failures it had.
func (h *health) fields(o *outage, now time.Time) []zap.Field {
	h.mu.Lock()
	defer h.mu.Unlock()
	return []zap.Field{zap.Duration("after", now.Sub(o.since)), zap.Uint64("failures", o.failures)}
}
