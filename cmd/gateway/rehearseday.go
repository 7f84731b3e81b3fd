package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// rehearsalPlaces is how many places a rehearsed day has about: what the demo site books in a few minutes.
const rehearsalPlaces = 60

// rehearsal is one day of a schedule, made short and small.
type rehearsal struct {
	schedule plan.Schedule // with the figures of the rehearsal
	openings []plan.Occurrence
	// from and to are the day: before the first lobby to behind the last end.
	from, to time.Time
	// one stands for so many: one person, one place.
	one int64
	// within is how long the rehearsal takes.
	within time.Duration
}

// newRehearsal makes the rehearsal of the day of an opening: the one that is named, or the first that is under way or to come.
func newRehearsal(s plan.Schedule, opening string, now time.Time, within time.Duration) (*rehearsal, error) {
	c, problems := plan.Parse(&s)
	if len(problems) > 0 {
		p := problems[0]
		return nil, fmt.Errorf("schedule: %s %s", p.Path, p.Text)
	}
	var first *plan.Occurrence
	for _, o := range c.Upcoming(now) {
		if opening == "" || o.Name == opening {
			first = &o
			break
		}
	}
	if first == nil {
		return nil, errors.New("the schedule has no such opening under way or within 60 days")
	}
	r := &rehearsal{within: within}
	day := first.Start
	midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, day.Location())
	for _, o := range c.Between(midnight.AddDate(0, 0, -1), midnight.AddDate(0, 0, 1)) {
		if o.Start.Before(midnight) || !o.Start.Before(midnight.AddDate(0, 0, 1)) {
			continue
		}
		r.openings = append(r.openings, o)
		if r.from.IsZero() || o.Begins.Before(r.from) {
			r.from = o.Begins
		}
		if end := endOf(&o); end.After(r.to) {
			r.to = end
		}
	}
	r.schedule, r.one = smaller(s)
	// A little of what is before and behind the day is seen as well.
	margin := r.to.Sub(r.from) / 20
	r.from, r.to = r.from.Add(-margin), r.to.Add(margin)
	return r, nil
}

// endOf is when an opening ends; one without end goes on for two hours, for a rehearsal.
func endOf(o *plan.Occurrence) time.Time {
	if o.End.IsZero() {
		return o.Start.Add(2 * time.Hour)
	}
	return o.End
}

// smaller is a schedule with fewer places, in which one stands for so many.
func smaller(s plan.Schedule) (plan.Schedule, int64) {
	var most int64
	for _, o := range s.Openings {
		most = max(most, o.Total(), o.CloseAt)
	}
	one := max(1, most/rehearsalPlaces)
	less := func(n int64) int64 { return (n + one - 1) / one }
	lessOf := func(n *int64) *int64 {
		if n == nil {
			return nil
		}
		l := less(*n)
		return &l
	}
	releases := func(all []plan.Release) (out []plan.Release) {
		for _, m := range all {
			out = append(out, plan.Release{At: m.At, Quota: less(m.Quota)})
		}
		return out
	}
	out := s
	out.Openings, out.Changes = nil, nil
	for _, o := range s.Openings {
		o.Quota, o.Standby, o.CloseAt, o.More = less(o.Quota), less(o.Standby), less(o.CloseAt), releases(o.More)
		out.Openings = append(out.Openings, o)
	}
	for _, ch := range s.Changes {
		ch.Quota, ch.Standby, ch.CloseAt, ch.More = lessOf(ch.Quota), lessOf(ch.Standby), lessOf(ch.CloseAt), releases(ch.More)
		out.Changes = append(out.Changes, ch)
	}
	return out, one
}

// places is how many can be booked on the day, 0: there is no quota.
func (r *rehearsal) places() int64 { return r.schedule.Total() }

// factor is how much faster the day goes by.
func (r *rehearsal) factor() float64 { return max(1, float64(r.to.Sub(r.from))/float64(r.within)) }

// fastPlanner plans for a room whose clock is that of the rehearsal: its day began when the rehearsal did.
type fastPlanner struct {
	*rehearsal
	began int64 // ms, by the clock of the room
	plan.Planner

	mu sync.Mutex
	// day holds the times of the day of the steps that were planned: they must come back as they were.
	day map[int64]int64
}

func newFastPlanner(r *rehearsal, began time.Time) *fastPlanner {
	return &fastPlanner{rehearsal: r, began: began.UnixMilli(), day: map[int64]int64{}}
}

// at is the time of the day at a time of the rehearsal, both in ms.
func (p *fastPlanner) at(ms int64) int64 {
	return p.from.UnixMilli() + int64(float64(ms-p.began)*p.factor())
}

// Plan implements queue.Planner.
func (p *fastPlanner) Plan(schedule string, steps []queue.Step, opening *queue.Opening, now int64) []queue.Step {
	p.mu.Lock()
	defer p.mu.Unlock()
	had := make([]queue.Step, len(steps))
	for i, s := range steps {
		if at, known := p.day[s.At]; known {
			s.At = at
		} else {
			s.At = p.at(s.At)
		}
		had[i] = s
	}
	next := p.Planner.Plan(schedule, had, opening, p.at(now))
	out := make([]queue.Step, len(next))
	for i, s := range next {
		real := max(1, p.began+int64(float64(s.At-p.from.UnixMilli())/p.factor()))
		p.day[real] = s.At
		s.At = real
		out[i] = s
	}
	return out
}
