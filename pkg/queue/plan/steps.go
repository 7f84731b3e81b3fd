package plan

import (
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// whole is all of the pace, in permille.
const whole = 1000

// steps are those of one occurrence, with ranks from 1 in order of time. floor: the opening before it ends with this one, and its line
// does not go on.
func (c *Calendar) steps(o *Occurrence, floor bool) (all []queue.Step) {
	r := o.rule
	add := func(at time.Time, s queue.Step) {
		if o.End.IsZero() || at.Before(o.End) {
			s.At, s.Opening = at.UnixMilli(), o.Name
			all = append(all, s)
		}
	}
	first := queue.Step{Phase: queue.PhaseOpen, Floor: floor, SetShare: true, Share: whole}
	if len(r.profile) > 0 && r.profile[0].after == 0 {
		first.Share = r.profile[0].share
	}
	r.setQuota(&first, 0)
	first.Reset = true
	if len(c.groups) > 0 {
		first.SetWeights, first.Weights = true, c.weights()
	}
	start := first
	if r.hasLobby {
		first.Phase = queue.PhaseLobby
		add(o.Begins, first)
		start = queue.Step{Phase: queue.PhaseOpen}
	}
	start.Draw = r.draw
	add(o.Start, start)
	for _, p := range r.profile {
		if p.after > 0 {
			add(o.Start.Add(p.after), queue.Step{Phase: queue.PhaseOpen, SetShare: true, Share: p.share})
		}
	}
	for i := range r.more {
		s := queue.Step{Phase: queue.PhaseOpen}
		r.setQuota(&s, i+1)
		add(o.date.at(r.more[i].at, c.zone), s)
	}
	slices.SortStableFunc(all, func(a, b queue.Step) int { return int(a.At - b.At) })
	if !o.End.IsZero() {
		all = append(all, queue.Step{At: o.End.UnixMilli(), Opening: o.Name, Phase: c.between, Floor: !r.carry})
	}
	for i := range all {
		all[i].Rank = uint8(i + 1)
	}
	return all
}

// setQuota puts into a step what may be booked once so many further parts were released. Before the last, everybody may wait for the next.
func (r *opening) setQuota(s *queue.Step, released int) {
	s.SetQuota, s.Quota, s.Per, s.Standby = true, -1, 1, 0
	if r.quota == 0 {
		return
	}
	s.Quota, s.Per, s.Standby = r.quota, r.per, r.standby
	for i := range released {
		s.Quota += r.more[i].quota
	}
	if released < len(r.more) {
		s.Standby = queue.MaxInsideLimit
	}
}

// state is what steps have put in force.
type state struct {
	opening             string
	phase               queue.Phase
	quota, per, standby int64
	share               int64
	// weights are those of the lanes. Unlike the other figures they hold between openings too.
	weights [queue.Lanes]int64
	// draw: the start out of a lobby draws. It is of the steps alone: a room does not say how it was opened.
	draw bool
}

// unplanned is the one of a room without a schedule.
func unplanned() state {
	return state{phase: queue.PhaseOpen, quota: -1, per: 1, share: whole, weights: queue.NewOpening().Weights}
}

// stateOf is the one that took effect in a room. A draw whose seed is not known is one of an opening that is open.
func stateOf(o *queue.Opening) state {
	s := state{opening: o.Name, phase: o.Phase, quota: o.Quota, per: o.Per, standby: o.Standby, share: o.Share, weights: o.Weights}
	if s.phase == queue.PhaseDrawing {
		s.phase = queue.PhaseOpen
	}
	return s
}

// apply adds one step.
func (s *state) apply(t *queue.Step) {
	s.draw = t.Draw || s.draw && s.opening == t.Opening && t.Phase == s.phase
	s.opening, s.phase = t.Opening, t.Phase
	if t.SetQuota {
		s.quota, s.per, s.standby = t.Quota, t.Per, t.Standby
	}
	if t.SetShare {
		s.share = t.Share
	}
	if t.SetWeights {
		s.weights = t.Weights
	}
}

// after is the state when the steps that pass have been applied, in order.
func after(from state, steps []queue.Step, pass func(*queue.Step) bool) state {
	steps = queue.InOrder(steps)
	for i := range steps {
		if pass(&steps[i]) {
			from.apply(&steps[i])
		}
	}
	return from
}

// counts reports whether people are let in by its figures. Between openings they say what was, and nothing follows from them but the
// weights.
func (s state) counts() bool { return s.phase == queue.PhaseOpen || s.phase == queue.PhaseLobby }

// like reports whether both put the same in force, whatever its name.
func (s state) like(t state) bool {
	s.opening, s.draw = t.opening, t.draw
	return s == t || s.phase == t.phase && !s.counts() && s.weights == t.weights
}

// figures puts those of the state into a step.
func (s *state) figures(t *queue.Step) {
	t.SetQuota, t.Quota, t.Per, t.Standby = true, s.quota, s.per, s.standby
	t.SetShare, t.Share = true, s.share
}
