package gateway

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// zones remembers the zone of the schedule that a room has, which operators may change while it runs. The zero value is ready; safe
// for concurrent use.
type zones struct{ latest atomic.Pointer[zone] }

type zone struct {
	schedule string
	location *time.Location
}

// of is the zone of a schedule.
func (z *zones) of(schedule string) *time.Location {
	known := z.latest.Load()
	if known == nil || known.schedule != schedule {
		known = &zone{schedule, plan.Zone(schedule)}
		z.latest.Store(known)
	}
	return known.location
}

// clock is the store's, and whether the room has a zone of its own.
func (r *Room) clock() (now time.Time, zoned bool) {
	schedule := r.Line.View().Schedule
	return time.UnixMilli(r.Line.Now()).In(r.zones.of(schedule)), schedule != ""
}

// coming is what a page says of a start, by the store's clock and in the room's zone.
func (r *Room) coming(s *queue.Start) web.Coming {
	in := r.zones.of(r.Line.View().Schedule)
	at := func(ms int64) (t time.Time) {
		if ms > 0 {
			t = time.UnixMilli(ms).In(in)
		}
		return t
	}
	return web.Coming{Now: at(r.Line.Now()), Opens: at(s.Lobby), Begins: at(s.At), Kept: s.Kept}
}

// Bounds of the time after which a page asks again that was turned away at the door, as long as the plan is far: operators may open
// sooner than it says.
const (
	doorRetry    = 30 * time.Second
	doorPatience = 2 * time.Minute
	// doorSpread is within how long after the door opens the pages ask.
	doorSpread = 10 * time.Second
)

// comesBack is when a page asks again that got no number, or none any more: when the plan says that it is time, if that is soon.
func (r *Room) comesBack(s *queue.Start) time.Duration {
	at := s.At
	if s.Lobby > 0 {
		at = s.Lobby
	}
	opens := time.Duration(max(0, at-r.Line.Now())) * time.Millisecond
	after := spread(min(max(doorRetry, opens/20), doorPatience))
	if opens > 0 && opens < after {
		return opens + rand.N(doorSpread)
	}
	return after
}
