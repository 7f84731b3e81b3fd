package scenarios

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Scale is the same morning, f times as large: people, places, pace and what the site can do all grow or shrink
// together, habits and hours stay. The error says when a morning of that size cannot be played.
func (s Scenario) Scale(f float64) (Scenario, error) {
	if !(f > 0) || math.IsInf(f, 0) {
		return s, fmt.Errorf("scale %v: must be a finite number above 0", f)
	}
	s.Factor *= f
	waves := make([]Wave, len(s.Crowd.Waves))
	for i, w := range s.Crowd.Waves {
		w.People = atLeastOne(w.People, f)
		waves[i] = w
	}
	s.Crowd.Waves = waves
	s.Hotline = s.Hotline.scale(f)
	s.Portal.Calendar = scaleCalendar(s.Portal.Calendar, f)
	slower := s.Portal.Curve.Rate
	s.Portal.Curve = scaleCurve(s.Portal.Curve, f)
	slower /= s.Portal.Curve.Rate
	// Where pages get slower browsers wait longer in the same measure, or a small site would lose requests for its size.
	s.Crowd.Timeout = min(time.Duration(float64(s.Crowd.Timeout)*slower), 24*time.Hour)
	s.Gate.Pace = scalePace(s.Gate.Pace, f)
	s.Gate.Schedule = scaleSchedule(s.Gate.Schedule, f)
	if err := s.Validate(); err != nil {
		return s, fmt.Errorf("scale %v: %w", f, err)
	}
	return s, nil
}

func atLeastOne(n int, f float64) int { return max(1, int(math.Round(float64(n)*f))) }

func scalePace(p queue.Pace, f float64) queue.Pace {
	p.Rate = int64(atLeastOne(int(p.Rate), f))
	if p.MaxInside > 0 {
		p.MaxInside = int64(atLeastOne(int(p.MaxInside), f))
	}
	p.Burst = int64(atLeastOne(int(p.Burst), f))
	return p
}

// scaleSchedule has as many more or fewer places in each part; the hours stay.
func scaleSchedule(s plan.Schedule, f float64) plan.Schedule {
	part := func(n int64) int64 {
		if n == 0 {
			return 0
		}
		return int64(atLeastOne(int(n), f))
	}
	openings := slices.Clone(s.Openings)
	for i := range openings {
		o := &openings[i]
		o.CloseAt = part(o.CloseAt)
		o.Quota, o.Standby, o.More = part(o.Quota), part(o.Standby), slices.Clone(o.More)
		for k := range o.More {
			o.More[k].Quota = part(o.More[k].Quota)
		}
	}
	s.Openings = openings
	return s
}

// scaleCalendar keeps at least one place an appointment by having fewer days, then longer appointments.
func scaleCalendar(c demo.Calendar, f float64) demo.Calendar {
	contingents := make([]demo.Contingent, len(c.Contingents))
	c.Places = 0
	for i, k := range c.Contingents {
		k.Places = atLeastOne(k.Places, f)
		c.Places += k.Places
		contingents[i] = k
	}
	c.Contingents = contingents
	for c.Days*int((c.To-c.From)/c.Every) > c.Places {
		switch {
		case c.Days > 1:
			c.Days = (c.Days + 1) / 2
		case 2*c.Every <= c.To-c.From:
			c.Every *= 2
		default:
			c.Every = c.To - c.From
		}
	}
	return c
}

// minKnee is the fewest requests side by side at which chance alone does not carry a quiet server past its knee.
const minKnee = 12

// scaleCurve makes a server that does f times the work with f times the requests in service: the curve is stretched in
// both directions. Below minKnee the rest is taken from the speed of each request, which makes pages slower.
func scaleCurve(c demo.Curve, f float64) demo.Curve {
	wide := f
	if f < 1 {
		wide = min(1, max(f, minKnee/float64(c.Knee())))
	}
	c.Rate *= f / wide
	c.Contention = min(c.Contention/wide, 0.99)
	c.Coherency = min(c.Coherency/(wide*wide), 1)
	c.Workers, c.Queue = atLeastOne(c.Workers, wide), atLeastOne(c.Queue, wide)
	if c.CrashAt > 0 {
		c.CrashAt = min(atLeastOne(c.CrashAt, wide), c.Workers+c.Queue)
	}
	return c
}
