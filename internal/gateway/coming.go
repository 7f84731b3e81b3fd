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

// figuresOf is of when the figures are that pages say, by the store's clock and in the room's zone; zero: there are none yet.
func (r *Room) figuresOf() (t time.Time) {
	if v := r.Line.View(); v.Known {
		t = time.UnixMilli(v.Snapshot.Now).In(r.zones.of(v.Schedule))
	}
	return t
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
	opens := r.until(numbersAt(s))
	after := spread(min(max(doorRetry, opens/20), doorPatience))
	if opens > 0 && opens < after {
		return opens + rand.N(doorSpread)
	}
	return after
}

// Bounds of the time after which a program may ask again that was answered without a place.
const (
	problemRetry = 10 * time.Second
	problemLast  = time.Hour
)

// programsComeBack is when a program may ask again, in a state of its place. start is what comes next for the place. A program is not told
// of changes of the plan, and only costs until the hour that the plan names.
func (r *Room) programsComeBack(state web.State, start *queue.Start) time.Duration {
	at := int64(0)
	switch state {
	case web.Lobby, web.Lots, web.Between:
		at = start.At
	case web.Refill, web.Standby, web.Booked, web.Over:
		return r.comesBack(start) // something may be freed before
	case web.None, web.Ended:
		at = r.givesNumbers()
	default:
	}
	left := r.until(at)
	if left == 0 {
		return problemRetry
	}
	return min(max(left+rand.N(doorSpread), problemRetry), problemLast)
}

// givesNumbers is when the plan says that the next numbers are given, in store milliseconds; 0: they are, or nobody knows when.
func (r *Room) givesNumbers() int64 {
	why := r.refusal()
	if why == queue.ReasonNone {
		return 0
	}
	_, next := r.turnsAway(why)
	return numbersAt(&next)
}

// numbersAt is when numbers are given for a start, in store milliseconds; 0: it is not known, or they are.
func numbersAt(s *queue.Start) int64 {
	if s.Lobby > 0 {
		return s.Lobby
	}
	return s.At
}

// until is how long it is until a time of the store; 0: it has come.
func (r *Room) until(at int64) time.Duration {
	return time.Duration(max(0, at-r.Line.Now())) * time.Millisecond
}
