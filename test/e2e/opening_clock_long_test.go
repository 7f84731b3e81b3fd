//go:build long

package e2e

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// The machine of a gateway with the embedded store crashes, and comes back with a clock that is an hour ahead or an hour back, and with the
// right one after the next crash. A step over the hour of an opening begins it.
func TestAnOpeningHappensOnceHoweverTheClockOfItsGatewaySteps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		by             time.Duration
		wrong, righted moment
	}{
		{"an hour ahead", time.Hour, moments[0], moments[2]},
		{"an hour back", -time.Hour, moments[2], moments[0]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			program, other := &program, harness.Ahead(t, tt.by)
			g, _ := one(t, opening())
			d := newDay(t, g)
			steps := func(p *harness.Program, to time.Duration) func() {
				return func() {
					g.Kill()
					g.Use(p)
					g.Start()
					if to > d.ahead { // the lobby has ended
						d.start = time.Now()
					}
					d.ahead = to
				}
			}
			d.opens(tt.wrong, steps(other, tt.by))
			d.opens(tt.righted, steps(program, 0))
			d.ends()
		})
	}
}

// The clock of Redis steps an hour ahead in the lobby, which ends it, and an hour back after the next start.
func TestAnOpeningHappensOnceHoweverTheClockOfRedisSteps(t *testing.T) {
	t.Parallel()
	s := harness.NewTrioAt(t, &program, redistest.Start(t, "--appendonly", "yes"), opening())
	d := newDay(t, s.Gates...)
	steps := func(to time.Duration) func() {
		return func() {
			s.Redis.Kill()
			s.Redis.Clock(to)
			s.Redis.Restart(redistest.Keep)
			if d.ahead = to; to > 0 {
				d.start = time.Now()
			}
			for _, g := range s.Gates {
				snapshotAfter(t, g, time.Now().Add(to-time.Minute))
			}
		}
	}
	d.opens(moments[0], steps(time.Hour))
	d.opens(moments[2], steps(0))
	d.ends()
}
