package proxy

import (
	"testing"
	"time"

	"go.uber.org/zap/zapcore"
)

// What brings an address back says how long it was out, and how many failures it had.
func TestAnOutageIsMeasured(t *testing.T) {
	said := func(h *health, o *outage, now time.Time) (time.Duration, uint64) {
		enc := zapcore.NewMapObjectEncoder()
		for _, f := range h.fields(o, now) {
			f.AddTo(enc)
		}
		return enc.Fields["after"].(time.Duration), enc.Fields["failures"].(uint64)
	}
	for _, tt := range []struct {
		name     string
		run      func(h *health) *outage
		failures uint64
	}{
		{"connecting", func(h *health) *outage {
			lose(h, 0, 3)
			lose(h, time.Second, 39)
			h.reached(at(time.Minute))
			return &h.unreached
		}, 42},
		{"a class of requests", func(h *health) *outage {
			fail(h, 0, fromInside, 3)
			fail(h, time.Second, fromInside, 4)
			h.answered(at(time.Minute), fromInside)
			return &h.unserved[fromInside]
		}, 7},
		{"checks", func(h *health) *outage {
			for range 6 {
				h.checked(at(0), false)
			}
			h.checked(at(time.Minute), true)
			h.checked(at(time.Minute), true)
			return &h.unwell
		}, 6},
	} {
		h := newHealth()
		for round := range 2 { // the second begins anew
			after, failures := said(h, tt.run(h), at(time.Minute))
			if after != time.Minute || failures != tt.failures {
				t.Errorf("%s, round %d: %v and %d failures, want 1m0s and %d", tt.name, round, after, failures, tt.failures)
			}
		}
	}
}
